use saaskit_kernel::{Call, retry_stale};

use super::{TRIES, Tenants, is_contended};
use crate::{Member, TenantsError, action, event};

impl Tenants {
    /// Leaves a workspace; its last owner can't.
    pub async fn leave(&self, call: &Call, by: &Member) -> Result<(), TenantsError> {
        retry_stale(TRIES, is_contended, || self.leave_once(call, by)).await
    }

    async fn leave_once(&self, call: &Call, by: &Member) -> Result<(), TenantsError> {
        let member = self.held(by.tenant().id, by.membership().id).await?;
        let ended = member.clone().ended(self.ports.source.now());
        let ending = self.keeping(call, action::LEAVE, event::MEMBER_LEFT, &member, ended);
        self.commit(call.commit().and(ending)).await
    }
}
