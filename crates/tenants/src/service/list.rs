use saaskit_kernel::{Page, Paged, Principal, TenantId};

use super::Tenants;
use crate::{Membership, Tenant, TenantsError};

impl Tenants {
    /// The workspaces of whoever asks, with what they are there, oldest first.
    pub async fn list(
        &self,
        by: &Principal,
        page: Page<TenantId>,
    ) -> Result<Paged<(Tenant, Membership)>, TenantsError> {
        Ok(self.ports.workspaces.of_user(by.user, page).await?)
    }
}
