use saaskit_kernel::TenantId;

use super::{GlobalRole, SystemRole, TenantRole};
use crate::permissions;

/// Where something is to be done, and what whoever does it is there anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// In the whole installation.
    Installation,
    /// In a workspace, by a member who is that there. Only made from the evidence of the membership.
    Tenant(TenantId, TenantRole),
}

impl Place {
    /// The workspace, if it is one.
    pub const fn tenant(self) -> Option<TenantId> {
        match self {
            Self::Installation => None,
            Self::Tenant(tenant, _) => Some(tenant),
        }
    }

    /// What whoever acts there is without having been given anything.
    pub(crate) fn held(self) -> impl Iterator<Item = SystemRole> {
        let member = match self {
            Self::Installation => None,
            Self::Tenant(_, role) => Some(SystemRole::Tenant(role)),
        };
        std::iter::once(SystemRole::Global(GlobalRole::User)).chain(member)
    }

    /// Whose roles count there: its own, and those of the installation.
    pub(crate) fn within(self) -> impl Iterator<Item = Option<TenantId>> {
        self.tenant().map(Some).into_iter().chain([None])
    }

    /// What looking at the roles that count there asks for.
    pub(crate) const fn roles_read(self) -> &'static str {
        match self {
            Self::Installation => permissions::ROLES_READ,
            Self::Tenant(..) => permissions::TENANT_ROLES_READ,
        }
    }

    /// What changing them asks for.
    pub(crate) const fn roles_write(self) -> &'static str {
        match self {
            Self::Installation => permissions::ROLES_WRITE,
            Self::Tenant(..) => permissions::TENANT_ROLES_WRITE,
        }
    }
}
