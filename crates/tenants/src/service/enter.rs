use std::net::IpAddr;
use std::sync::Arc;

use saaskit_kernel::{Call, Email, Principal, TenantId, Timestamp, UserId};

use super::Tenants;
use crate::remembered::Entry;
use crate::{Member, Role, Tenant, TenantPolicy, TenantStatus, TenantsError, Visit};

impl Tenants {
    /// Checks that whoever asks may act in a workspace, and gives the evidence. For anybody who is not in it,
    /// there is no such workspace.
    pub async fn enter(&self, call: &Call, by: &Principal, tenant: TenantId) -> Result<Member, TenantsError> {
        self.enter_from(call.ip, by, tenant).await
    }

    /// The same for whoever comes from that address, before there is a call.
    pub async fn enter_from(
        &self,
        ip: Option<IpAddr>,
        by: &Principal,
        tenant: TenantId,
    ) -> Result<Member, TenantsError> {
        let now = self.ports.source.now();
        let entry = self.entry(tenant, by.user, now).await?;
        let policy = entry.as_ref().map(|entry| &entry.0.policy);
        let email = self.email_for(policy, by).await?;
        Member::check(entry, by, Visit { ip, email: email.as_ref(), at: now })
    }

    /// The address of whoever asks, if that is what a policy asks for.
    pub(super) async fn email_for(
        &self,
        policy: Option<&TenantPolicy>,
        by: &Principal,
    ) -> Result<Option<Email>, TenantsError> {
        if policy.is_none_or(|policy| policy.domains().is_empty()) {
            return Ok(None);
        }
        Ok(self.ports.people.people(&[by.user]).await?.pop().map(|person| person.email))
    }

    /// Checks that whoever asks is in a workspace that was not deleted: enough to name it, and not to enter it.
    pub async fn is_in(&self, by: &Principal, tenant: TenantId) -> Result<(), TenantsError> {
        let entry = self.entry(tenant, by.user, self.ports.source.now()).await?;
        let is_there = entry.is_some_and(|entry| entry.0.status != TenantStatus::Deleted);
        is_there.then_some(()).ok_or(TenantsError::NotFound)
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
