use saaskit_kernel::{Name, TenantId};

use crate::RoleId;

/// A role that stands in the code: it is always there, and nobody changes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SystemRole {
    /// In the whole installation.
    Global(GlobalRole),
    /// In one workspace.
    Tenant(TenantRole),
}

/// What a user is in the installation; later ones may do all that earlier ones may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GlobalRole {
    /// Has an account.
    User,
    /// Also looks after accounts.
    Moderator,
    /// May do everything.
    Admin,
}

/// What a member is in a workspace; later ones may do all that earlier ones may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TenantRole {
    /// Works there.
    Member,
    /// Also changes the workspace and who is in it.
    Admin,
    /// May do everything there.
    Owner,
}

impl SystemRole {
    /// Those of the installation.
    pub const GLOBAL: [Self; 3] = [
        Self::Global(GlobalRole::User),
        Self::Global(GlobalRole::Moderator),
        Self::Global(GlobalRole::Admin),
    ];
    /// Those of every workspace.
    pub const TENANT: [Self; 3] =
        [Self::Tenant(TenantRole::Member), Self::Tenant(TenantRole::Admin), Self::Tenant(TenantRole::Owner)];

    /// Those that are always there in a workspace, or in the installation.
    pub(crate) const fn of(tenant: Option<TenantId>) -> [Self; 3] {
        if tenant.is_some() { Self::TENANT } else { Self::GLOBAL }
    }

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Global(GlobalRole::User) => "user",
            Self::Global(GlobalRole::Moderator) => "moderator",
            Self::Global(GlobalRole::Admin) | Self::Tenant(TenantRole::Admin) => "admin",
            Self::Tenant(TenantRole::Member) => "member",
            Self::Tenant(TenantRole::Owner) => "owner",
        }
    }

    /// Its id, the same in every installation.
    pub const fn id(self) -> RoleId {
        RoleId::fixed(match self {
            Self::Global(GlobalRole::User) => 1,
            Self::Global(GlobalRole::Moderator) => 2,
            Self::Global(GlobalRole::Admin) => 3,
            Self::Tenant(TenantRole::Member) => 11,
            Self::Tenant(TenantRole::Admin) => 12,
            Self::Tenant(TenantRole::Owner) => 13,
        })
    }

    /// The one of that id.
    pub fn by_id(id: RoleId) -> Option<Self> {
        Self::GLOBAL.into_iter().chain(Self::TENANT).find(|role| role.id() == id)
    }

    /// Whether users are given it; the others follow from having an account or being a member.
    pub const fn is_given(self) -> bool {
        matches!(self, Self::Global(GlobalRole::Moderator | GlobalRole::Admin))
    }

    /// Whether it counts in a workspace, and not in the installation.
    pub(crate) const fn is_of_tenant(self) -> bool {
        matches!(self, Self::Tenant(_))
    }

    /// Whether it may do everything where it counts.
    pub(crate) const fn may_everything(self) -> bool {
        matches!(self, Self::Global(GlobalRole::Admin) | Self::Tenant(TenantRole::Owner))
    }

    /// Whether it has what `least` has.
    pub(crate) fn is_at_least(self, least: Self) -> bool {
        match (self, least) {
            (Self::Global(own), Self::Global(least)) => own >= least,
            (Self::Tenant(own), Self::Tenant(least)) => own >= least,
            _ => false,
        }
    }

    /// Whether a role that is made at run time can't be called so: it would pass for one of these.
    pub(crate) fn is_name_taken(name: &Name) -> bool {
        let name = name.as_str().to_lowercase();
        Self::GLOBAL.into_iter().chain(Self::TENANT).any(|role| role.name() == name)
    }
}

impl From<GlobalRole> for SystemRole {
    fn from(role: GlobalRole) -> Self {
        Self::Global(role)
    }
}

impl From<TenantRole> for SystemRole {
    fn from(role: TenantRole) -> Self {
        Self::Tenant(role)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_has_an_id_of_its_own_and_is_found_by_it() {
        let all: Vec<_> = SystemRole::GLOBAL.into_iter().chain(SystemRole::TENANT).collect();
        assert_eq!(all.iter().map(|role| role.id()).collect::<HashSet<_>>().len(), all.len());
        for role in all {
            assert_eq!(SystemRole::by_id(role.id()), Some(role));
        }
        assert_eq!(SystemRole::by_id(RoleId::fixed(4)), None);
    }

    #[test]
    fn none_of_one_place_has_what_one_of_the_other_place_has() {
        for global in SystemRole::GLOBAL {
            for tenant in SystemRole::TENANT {
                assert!(!global.is_at_least(tenant) && !tenant.is_at_least(global));
            }
        }
    }

    #[test]
    fn their_names_are_taken_in_any_case() {
        for (name, taken) in [("Owner", true), ("ADMIN", true), ("member", true), ("Editor", false)] {
            assert_eq!(SystemRole::is_name_taken(&Name::parse(name).unwrap()), taken, "{name}");
        }
    }
}
