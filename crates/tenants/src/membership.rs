use saaskit_kernel::{Entity, Id, TenantId, Timestamp, UserId, Version};

use crate::{MemberError, TenantsError};

/// Marker of a membership's id.
#[derive(Debug, Clone, Copy)]
pub enum MembershipEntity {}
impl Entity for MembershipEntity {
    const PREFIX: &'static str = "mem";
}
/// Identifies a membership.
pub type MembershipId = Id<MembershipEntity>;

/// A user in a workspace, with a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Its id.
    pub id: MembershipId,
    /// The workspace.
    pub tenant: TenantId,
    /// The user; at a time once a workspace.
    pub user: UserId,
    /// What the user may do there.
    pub role: Role,
    /// Since when.
    pub created_at: Timestamp,
    /// How it ended, if it did; who comes back by themselves gets a new one.
    pub removal: Option<Removal>,
    /// The version it was read with.
    pub version: Version,
}

/// How a membership ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removal {
    /// When.
    pub at: Timestamp,
    /// It ended with the account of its user, and comes back with it.
    pub with_account: bool,
}

/// What a member may do in a workspace; later ones may do all that earlier ones may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Works there.
    Member,
    /// Also changes the workspace and who is in it.
    Admin,
    /// Also owns it.
    Owner,
}

impl Role {
    /// The word it is stored and shown by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Member, Self::Admin, Self::Owner].into_iter().find(|role| role.as_str() == word)
    }
}

impl Membership {
    /// The membership of whoever made the workspace.
    pub fn of_owner(id: MembershipId, tenant: TenantId, user: UserId, at: Timestamp) -> Self {
        let version = Version::NEW;
        Self { id, tenant, user, role: Role::Owner, created_at: at, removal: None, version }
    }

    /// Whether it holds.
    pub fn is_active(&self) -> bool {
        self.removal.is_none()
    }

    /// Whether it ended with the account of its user, and comes back with it.
    pub fn may_return(&self) -> bool {
        self.removal.is_some_and(|removal| removal.with_account)
    }

    /// Whether it is among the members: it holds, or comes back with the account.
    pub fn holds_or_may_return(&self) -> bool {
        self.is_active() || self.may_return()
    }

    /// Whether its user owns the workspace.
    pub(crate) fn owns(&self) -> bool {
        self.is_active() && self.role == Role::Owner
    }

    /// The same with another role, given by somebody of role `by`: nobody gives, or takes, what is above the own.
    pub(crate) fn with_role(self, role: Role, by: Role) -> Result<Self, TenantsError> {
        if self.role > by || role > by {
            return Err(TenantsError::RoleTooLow);
        }
        Ok(Self { role, ..self })
    }

    /// The same, ended by `user`, who is of role `by`. Who ends the own membership leaves.
    pub(crate) fn removed_by(self, user: UserId, by: Role, at: Timestamp) -> Result<Self, TenantsError> {
        if self.user == user {
            return Err(MemberError::Oneself.into());
        }
        if self.role > by {
            return Err(TenantsError::RoleTooLow);
        }
        Ok(self.ended(at))
    }

    /// The same, ended.
    pub(crate) fn ended(self, at: Timestamp) -> Self {
        Self { removal: Some(Removal { at, with_account: false }), ..self }
    }

    /// The same, ended with the account of its user.
    pub(crate) fn ended_with_account(self, at: Timestamp) -> Self {
        Self { removal: Some(Removal { at, with_account: true }), ..self }
    }

    /// The same, come back with the account of its user.
    pub(crate) fn returned(self) -> Self {
        Self { removal: None, ..self }
    }
}

#[cfg(test)]
mod tests {
    use saaskit_kernel::Source;

    use super::*;

    const ROLES: [Role; 3] = [Role::Member, Role::Admin, Role::Owner];

    fn membership(source: &Source, role: Role) -> Membership {
        Membership { role, ..Membership::of_owner(source.id(), source.id(), source.id(), source.now()) }
    }

    #[test]
    fn nobody_gives_or_takes_a_role_above_the_own() {
        let source = Source::system();
        for by in ROLES {
            for has in ROLES {
                for gets in ROLES {
                    let changed = membership(&source, has).with_role(gets, by);
                    assert_eq!(changed.is_ok(), has <= by && gets <= by, "{by:?} makes {has:?} {gets:?}");
                }
            }
        }
    }

    #[test]
    fn nobody_removes_who_is_above_and_nobody_removes_oneself() {
        let source = Source::system();
        for by in ROLES {
            for has in ROLES {
                let target = membership(&source, has);
                let oneself = target.clone().removed_by(target.user, by, source.now());
                assert!(matches!(oneself, Err(TenantsError::Member(MemberError::Oneself))));
                let removed = target.removed_by(source.id(), by, source.now());
                assert_eq!(
                    removed.is_ok_and(|ended| !ended.is_active()),
                    has <= by,
                    "{by:?} removes {has:?}"
                );
            }
        }
    }
}
