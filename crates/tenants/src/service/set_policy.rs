use saaskit_kernel::{Call, Outcome, Principal, Version, retry_stale};
use serde_json::json;

use super::{TRIES, Tenants, is_contended};
use crate::remembered::tenant_changed;
use crate::write::{TenantWrite, TenantsWrite};
use crate::{NewPolicy, Tenant, TenantOwner, TenantPolicy, TenantsError, Visit, action, event};

impl Tenants {
    /// Sets what a workspace asks of who enters it, with a version only if the workspace is still that one; gives it as
    /// it is now. A policy that the very request would not meet is refused: its owner could not take it back.
    pub async fn set_policy(
        &self,
        call: &Call,
        by: &Principal,
        owner: &TenantOwner,
        ask: NewPolicy,
        version: Option<Version>,
    ) -> Result<Tenant, TenantsError> {
        let policy = TenantPolicy::parse(ask).map_err(TenantsError::Invalid)?;
        let email = self.email_for(Some(&policy), by).await?;
        let visit = Visit { ip: call.ip, email: email.as_ref(), at: self.ports.source.now() };
        let met = policy.check(by, visit);
        met.map_err(|short| TenantsError::Invalid(short.into_lockout()))?;
        retry_stale(TRIES, is_contended, || self.set_policy_once(call, owner, policy.clone(), version)).await
    }

    async fn set_policy_once(
        &self,
        call: &Call,
        owner: &TenantOwner,
        policy: TenantPolicy,
        version: Option<Version>,
    ) -> Result<Tenant, TenantsError> {
        let before = self.usable(owner.tenant()).await?;
        Self::require(version, before.version)?;
        let after = Tenant { policy, ..before.clone() };
        if after == before {
            return Ok(before);
        }
        let source = &self.ports.source;
        let entry = call.entry(source, action::SET_POLICY, Outcome::Success, Some(after.id));
        let commit = call
            .commit()
            .write(TenantsWrite::Tenant(TenantWrite::Save(after.clone())))
            .emit(self.event(event::POLICY_SET, after.id, json!({ "tenant": after.id })))
            .record(entry.on(after.id).changing(json!(before.policy), json!(after.policy)))
            .signal(tenant_changed(after.id, source.now()));
        self.commit(commit).await?;
        Ok(Tenant { version: after.version.next(), ..after })
    }
}
