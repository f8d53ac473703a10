use saaskit_kernel::{Principal, TenantId};

use super::Tenants;
use crate::{Member, Tenant, TenantsError};

impl Tenants {
    /// Checks that whoever asks may act in a workspace, and gives the evidence. For anybody who is not in it,
    /// there is no such workspace.
    pub async fn enter(&self, by: &Principal, tenant: TenantId) -> Result<Member, TenantsError> {
        Member::check(self.ports.workspaces.entry(tenant, by.user).await?)
    }

    /// A workspace by its id, for stories.
    pub async fn tenant(&self, tenant: TenantId) -> Result<Option<Tenant>, TenantsError> {
        Ok(self.ports.workspaces.tenant(tenant).await?)
    }
}
