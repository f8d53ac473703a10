use saaskit_kernel::{Call, retry_stale};

use super::{TRIES, Tenants, is_contended};
use crate::{MemberError, Tenant, TenantOwner, TenantsError, action, event};

impl Tenants {
    /// Takes the offer of a workspace back; any of its owners may.
    pub async fn withdraw_ownership(&self, call: &Call, by: &TenantOwner) -> Result<(), TenantsError> {
        retry_stale(TRIES, is_contended, || self.withdraw_ownership_once(call, by)).await
    }

    async fn withdraw_ownership_once(&self, call: &Call, by: &TenantOwner) -> Result<(), TenantsError> {
        let tenant = self.usable(by.tenant()).await?;
        let offer = tenant.transfer.ok_or(MemberError::NoTransfer)?;
        let member = self.ports.members.membership(tenant.id, offer.to).await?;
        let member = member.ok_or(MemberError::NoTransfer)?;
        let withdrawn = Tenant { transfer: None, ..tenant };
        let acts = (action::WITHDRAW_OWNERSHIP, event::OWNERSHIP_WITHDRAWN);
        self.commit(self.transferring(call, acts, withdrawn, offer.to, member.user)).await
    }
}
