//! The permissions auth knows. Other domains, and whoever builds on saaskit, add theirs by
//! [`crate::Settings::permissions`].

use crate::{GlobalRole, Known, SystemRole, TenantRole};

/// Find accounts and look at them.
pub const USERS_READ: &str = "users:read";
/// Lock and unlock accounts, and start the reset of a password.
pub const USERS_LOCK: &str = "users:lock";
/// Delete accounts and restore them.
pub const USERS_DELETE: &str = "users:delete";
/// Look at roles of the installation, and at why somebody may do something.
pub const ROLES_READ: &str = "roles:read";
/// Make, change and remove roles of the installation, and give them.
pub const ROLES_WRITE: &str = "roles:write";
/// Look at roles of a workspace, and at why a member may do something.
pub const TENANT_ROLES_READ: &str = "tenant-roles:read";
/// Make, change and remove roles of a workspace, and give them to members.
pub const TENANT_ROLES_WRITE: &str = "tenant-roles:write";

const KNOWN: &[(&str, SystemRole)] = &[
    (USERS_READ, SystemRole::Global(GlobalRole::Moderator)),
    (USERS_LOCK, SystemRole::Global(GlobalRole::Moderator)),
    (USERS_DELETE, SystemRole::Global(GlobalRole::Admin)),
    (ROLES_READ, SystemRole::Global(GlobalRole::Moderator)),
    (ROLES_WRITE, SystemRole::Global(GlobalRole::Admin)),
    (TENANT_ROLES_READ, SystemRole::Tenant(TenantRole::Admin)),
    (TENANT_ROLES_WRITE, SystemRole::Tenant(TenantRole::Admin)),
];

/// Those of auth, and the least of the roles that has each.
pub(crate) fn known() -> impl Iterator<Item = Known> {
    KNOWN.iter().filter_map(|(name, least)| Known::new(name, *least).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_names_one_resource_and_one_action() {
        assert_eq!(known().count(), KNOWN.len());
    }
}
