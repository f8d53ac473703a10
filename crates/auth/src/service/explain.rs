use saaskit_kernel::UserId;

use super::Auth;
use crate::access::PERMISSION_UNKNOWN;
use crate::{AccountError, AuthError, Permission, Place, RoleSheet, UserStatus};

/// Why a user may, or may not, do what a permission names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What was asked for.
    pub permission: Permission,
    /// The account may be used.
    pub active: bool,
    /// The user operates the installation, and may do everything.
    pub super_admin: bool,
    /// The roles the user has there.
    pub roles: Vec<RoleSheet>,
}

impl Explanation {
    /// Whether the user may.
    pub fn is_allowed(&self) -> bool {
        self.active && (self.super_admin || self.reasons().next().is_some())
    }

    /// The roles that allow it, each with the one of its permissions that does.
    pub fn reasons(&self) -> impl Iterator<Item = (&RoleSheet, &Permission)> {
        self.roles.iter().filter_map(|role| Some((role, role.allows(&self.permission)?)))
    }
}

impl Auth {
    /// Why a user may, or may not, do what a permission names in a place, as the store says it now. Whoever asks
    /// has been asked for the right to know.
    pub async fn explain(
        &self,
        user: UserId,
        place: Place,
        permission: &str,
    ) -> Result<Explanation, AuthError> {
        let unknown = || AuthError::Invalid(vec![("permission", PERMISSION_UNKNOWN)]);
        let number = self.access.catalogue.number(permission).ok_or_else(unknown)?;
        let permission = Permission::parse(permission).map_err(|_| unknown())?;
        let account = self.ports.users.user(user).await?.ok_or(AccountError::UserNotFound)?;
        let place = if self.access.catalogue.is_of_tenant(number) { place } else { Place::Installation };
        let roles = self.sheets_of(user, place).await?;
        let active = account.status == UserStatus::Active;
        Ok(Explanation { permission, active, super_admin: account.super_admin, roles })
    }
}
