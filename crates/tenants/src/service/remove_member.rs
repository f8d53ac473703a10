use saaskit_kernel::{Call, retry_stale};

use super::{TRIES, Tenants, is_contended};
use crate::permissions::WriteMembers;
use crate::{Allowed, MembershipId, Role, TenantsError, action, event};

impl Tenants {
    /// Removes somebody else from a workspace; an owner only by an owner, and never the last one. Who was to come back
    /// with the account does not.
    pub async fn remove_member(
        &self,
        call: &Call,
        by: &Allowed<WriteMembers>,
        member: MembershipId,
    ) -> Result<(), TenantsError> {
        retry_stale(TRIES, is_contended, || self.remove_member_once(call, by, member)).await
    }

    async fn remove_member_once(
        &self,
        call: &Call,
        by: &Allowed<WriteMembers>,
        member: MembershipId,
    ) -> Result<(), TenantsError> {
        let member = self.listed(by.tenant(), member).await?;
        if member.role == Role::Owner {
            by.require_recent(self.ports.source.now())?;
        }
        let ended = member.clone().removed_by(by.user(), by.role(), self.ports.source.now())?;
        let ending = self.keeping(call, action::REMOVE_MEMBER, event::MEMBER_REMOVED, &member, ended);
        self.commit(call.commit().and(ending)).await
    }
}
