use saaskit_kernel::{TenantId, UserId};

use crate::{Membership, Role, Tenant, TenantsError};

/// Evidence that a user is in an active workspace. Only [`crate::Tenants::enter`] makes it; what needs the right
/// takes the evidence, and the workspace of a write comes from it.
#[derive(Debug, Clone)]
pub struct Member {
    tenant: Tenant,
    membership: Membership,
}

/// Evidence that a member may change the workspace. Only [`Member::admin`] makes it.
#[derive(Debug, Clone, Copy)]
pub struct TenantAdmin {
    tenant: TenantId,
    user: UserId,
}

impl Member {
    /// From what a user is in a workspace; a suspended one lets nobody in, a deleted one is not there.
    pub(crate) fn check(entry: Option<(Tenant, Membership)>) -> Result<Self, TenantsError> {
        let (tenant, membership) = entry.ok_or(TenantsError::NotFound)?;
        tenant.may_be_used()?;
        Ok(Self { tenant, membership })
    }

    /// The workspace.
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// What the user may do there.
    pub fn role(&self) -> Role {
        self.membership.role
    }

    /// Evidence that the member may change the workspace.
    pub fn admin(&self) -> Result<TenantAdmin, TenantsError> {
        if self.role() < Role::Admin {
            return Err(TenantsError::RoleTooLow);
        }
        Ok(TenantAdmin { tenant: self.tenant.id, user: self.membership.user })
    }
}

impl TenantAdmin {
    /// The workspace it may change.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Who may.
    pub fn user(&self) -> UserId {
        self.user
    }
}
