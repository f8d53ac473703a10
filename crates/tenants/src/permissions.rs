//! The permissions tenants knows: what a custom role of a workspace can allow besides what a role here does.

use crate::Role;

/// See who is in a workspace.
pub const MEMBERS_READ: &str = "members:read";
/// Change who is in a workspace, and as what.
pub const MEMBERS_WRITE: &str = "members:write";
/// See what a workspace asks of who enters it.
pub const WORKSPACE_READ: &str = "workspace:read";
/// Change the workspace itself.
pub const WORKSPACE_WRITE: &str = "workspace:write";

/// Every permission, with the least role that has it.
pub const ALL: &[(&str, Role)] = &[
    (MEMBERS_READ, ReadMembers::LEAST),
    (MEMBERS_WRITE, WriteMembers::LEAST),
    (WORKSPACE_READ, ReadWorkspace::LEAST),
    (WORKSPACE_WRITE, WriteWorkspace::LEAST),
];

/// Something that may be done in a workspace: by every role from one on, and by who was given the permission.
pub trait Right: Send + Sync + 'static {
    /// What a custom role allows it by.
    const PERMISSION: &'static str;
    /// The least role that has it.
    const LEAST: Role;
}

/// See who is in a workspace.
#[derive(Debug, Clone, Copy)]
pub enum ReadMembers {}
impl Right for ReadMembers {
    const PERMISSION: &'static str = MEMBERS_READ;
    const LEAST: Role = Role::Admin;
}

/// Change who is in a workspace, and as what.
#[derive(Debug, Clone, Copy)]
pub enum WriteMembers {}
impl Right for WriteMembers {
    const PERMISSION: &'static str = MEMBERS_WRITE;
    const LEAST: Role = Role::Admin;
}

/// See what a workspace asks of who enters it.
#[derive(Debug, Clone, Copy)]
pub enum ReadWorkspace {}
impl Right for ReadWorkspace {
    const PERMISSION: &'static str = WORKSPACE_READ;
    const LEAST: Role = Role::Admin;
}

/// Change the workspace itself.
#[derive(Debug, Clone, Copy)]
pub enum WriteWorkspace {}
impl Right for WriteWorkspace {
    const PERMISSION: &'static str = WORKSPACE_WRITE;
    const LEAST: Role = Role::Admin;
}
