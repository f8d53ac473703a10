use saaskit_kernel::{Entity, Id, Name, TenantId, Timestamp, UserId, Version};

use crate::{Permission, UserStatus};

/// Marker of a role's id.
#[derive(Debug, Clone, Copy)]
pub enum RoleEntity {}
impl Entity for RoleEntity {
    const PREFIX: &'static str = "rol";
}
/// Identifies a role.
pub type RoleId = Id<RoleEntity>;

/// A named set of permissions that was made at run time: of the installation, or of one workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// The workspace it counts in; everywhere if in none.
    pub tenant: Option<TenantId>,
    /// What it is called; unique where it counts.
    pub name: Name,
    /// What it allows; sorted, each once.
    pub permissions: Vec<Permission>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The version it was read with.
    pub version: Version,
}

impl Role {
    /// One place has no more roles, those that are always there included.
    pub const MOST: usize = 200;
    /// A role has no more permissions.
    pub const MOST_PERMISSIONS: usize = 200;
}

/// The roles that were given to a user, of the installation or of one workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// To whom.
    pub user: UserId,
    /// Where they count.
    pub tenant: Option<TenantId>,
    /// Which; sorted, each once.
    pub roles: Vec<RoleId>,
}

impl Assignment {
    /// A user has no more roles in one place.
    pub const MOST_ROLES: usize = 50;
}

/// All that is stored of what a user may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rights {
    /// Whether the user operates the installation, if the account may be used.
    pub super_admin: bool,
    /// Whether the account may be used.
    pub status: UserStatus,
    /// The roles that were given to the user, in every place; in no particular order.
    pub roles: Vec<Role>,
}
