use saaskit_kernel::{Entity, Id, TenantId, Timestamp, UserId, Version};

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
    /// The user; once a workspace.
    pub user: UserId,
    /// What the user may do there.
    pub role: Role,
    /// Since when.
    pub created_at: Timestamp,
    /// The version it was read with.
    pub version: Version,
}

/// What a member may do in a workspace; later ones may do all that earlier ones may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Works there.
    Member,
    /// Also changes the workspace.
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
        Self { id, tenant, user, role: Role::Owner, created_at: at, version: Version::NEW }
    }
}
