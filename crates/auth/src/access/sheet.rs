use saaskit_kernel::Version;

use crate::{Permission, Role, RoleId};

use super::{Catalogue, SystemRole};

/// A role as it is shown, made at run time or always there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleSheet {
    /// Its id.
    pub id: RoleId,
    /// What it is called.
    pub name: String,
    /// What it allows.
    pub permissions: Vec<Permission>,
    /// Whether it is always there, as it is.
    pub system: bool,
    /// The version it was read with.
    pub version: Version,
}

impl RoleSheet {
    pub(crate) fn of_system(role: SystemRole, catalogue: &Catalogue) -> Self {
        let permissions = catalogue.of_system(role).to_vec();
        Self { id: role.id(), name: role.name().to_owned(), permissions, system: true, version: Version::NEW }
    }

    /// The first of its permissions that covers it.
    pub fn allows(&self, permission: &Permission) -> Option<&Permission> {
        self.permissions.iter().find(|own| own.covers(permission))
    }
}

impl From<Role> for RoleSheet {
    fn from(Role { id, name, permissions, version, .. }: Role) -> Self {
        Self { id, name: name.to_string(), permissions, system: false, version }
    }
}
