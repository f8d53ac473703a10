use saaskit_kernel::{Action, Call, Commit, Outcome, Principal, UserId, retry_stale};
use serde_json::json;

use super::{TRIES, Tenants, is_contended};
use crate::member::RECENT;
use crate::remembered::tenant_changed;
use crate::write::{TenantWrite, TenantsWrite};
use crate::{
    MemberError, MembershipId, Role, Shortfall, Tenant, TenantOwner, TenantsError, Transfer, action, event,
};

impl Tenants {
    /// Offers a workspace to one of its members, in place of an earlier offer. Nothing changes until that member
    /// accepts.
    pub async fn offer_ownership(
        &self,
        call: &Call,
        by: &Principal,
        owner: &TenantOwner,
        to: MembershipId,
    ) -> Result<Transfer, TenantsError> {
        if !by.is_recent(self.ports.source.now(), RECENT) {
            return Err(TenantsError::StepUpRequired(Shortfall::too_old(RECENT)));
        }
        retry_stale(TRIES, is_contended, || self.offer_ownership_once(call, owner, to)).await
    }

    async fn offer_ownership_once(
        &self,
        call: &Call,
        owner: &TenantOwner,
        to: MembershipId,
    ) -> Result<Transfer, TenantsError> {
        let tenant = self.usable(owner.tenant()).await?;
        let member = self.held(tenant.id, to).await?;
        if member.role == Role::Owner {
            return Err(MemberError::AlreadyOwner.into());
        }
        let offer = Transfer::offer(owner.membership(), to, self.ports.source.now());
        let offered = Tenant { transfer: Some(offer), ..tenant };
        let acts = (action::OFFER_OWNERSHIP, event::OWNERSHIP_OFFERED);
        self.commit(self.transferring(call, acts, offered, to, member.user)).await?;
        Ok(offer)
    }

    /// The commit that keeps a workspace whose offer to that member changed.
    pub(super) fn transferring(
        &self,
        call: &Call,
        (action, event): (Action, &'static str),
        changed: Tenant,
        member: MembershipId,
        user: UserId,
    ) -> Commit {
        let (source, tenant) = (&self.ports.source, changed.id);
        let told = json!({ "tenant": tenant, "user": user });
        call.commit()
            .write(TenantsWrite::from(TenantWrite::Save(changed)))
            .emit(self.event(event, tenant, told))
            .record(call.entry(source, action, Outcome::Success, Some(tenant)).on(member))
            .signal(tenant_changed(tenant, source.now()))
    }
}
