//! The permissions tenants knows: what a custom role of a workspace can allow besides what a role here does.

use crate::Role;

/// See who is in a workspace.
pub const MEMBERS_READ: &str = "members:read";
/// Change who is in a workspace, and as what.
pub const MEMBERS_WRITE: &str = "members:write";
/// Change the workspace itself.
pub const WORKSPACE_WRITE: &str = "workspace:write";

/// Every permission, with the least role that has it.
pub const ALL: &[(&str, Role)] =
    &[(MEMBERS_READ, Role::Member), (MEMBERS_WRITE, Role::Admin), (WORKSPACE_WRITE, Role::Admin)];
