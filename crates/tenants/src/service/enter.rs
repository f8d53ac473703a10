use std::sync::Arc;

use saaskit_kernel::{Call, Principal, TenantId, Timestamp, UserId};

use super::Tenants;
use crate::remembered::Entry;
use crate::{Member, Role, Tenant, TenantsError};

impl Tenants {
    /// Checks that whoever asks may act in a workspace, and gives the evidence. For anybody who is not in it,
    /// there is no such workspace.
    pub async fn enter(&self, call: &Call, by: &Principal, tenant: TenantId) -> Result<Member, TenantsError> {
        let now = self.ports.source.now();
        Member::check(self.entry(tenant, by.user, now).await?, call, by, now)
    }

    /// A workspace by its id, for stories.
    pub async fn tenant(&self, tenant: TenantId) -> Result<Option<Tenant>, TenantsError> {
        Ok(self.ports.workspaces.tenant(tenant).await?)
    }

    /// What a user is in a workspace that may be used, for stories; no evidence that anybody enters it.
    pub async fn role_of(&self, tenant: TenantId, user: UserId) -> Result<Option<Role>, TenantsError> {
        let entry = self.entry(tenant, user, self.ports.source.now()).await?;
        Ok(entry.filter(|entry| entry.0.may_be_used().is_ok()).map(|entry| entry.1.role))
    }

    /// From memory, as long as it is known to have heard everything; otherwise as it is stored.
    async fn entry(
        &self,
        tenant: TenantId,
        user: UserId,
        now: Timestamp,
    ) -> Result<Option<Arc<Entry>>, TenantsError> {
        let known = self.remembered.recall(tenant, user, now);
        if let Some(known) = known.filter(|_| self.ports.freshness.is_fresh(now)) {
            return Ok(Some(known));
        }
        let begun = self.remembered.begin(tenant, user);
        let entry = self.ports.workspaces.entry(tenant, user).await?.map(Arc::new);
        if let Some(entry) = &entry {
            self.remembered.keep(begun, entry.clone(), now);
        }
        Ok(entry)
    }
}
