use saaskit_kernel::{Action, Call, Commit, Outcome, retry_stale};
use serde_json::json;

use super::{TRIES, Tenants, is_contended};
use crate::remembered::member_changed;
use crate::write::{MembershipWrite, OwnerCount, TenantWrite, TenantsWrite};
use crate::{Membership, MembershipId, Role, TenantAdmin, TenantsError, action, event};

impl Tenants {
    /// Removes somebody else from a workspace; an owner only by an owner, and never the last one.
    pub async fn remove_member(
        &self,
        call: &Call,
        by: &TenantAdmin,
        member: MembershipId,
    ) -> Result<(), TenantsError> {
        retry_stale(TRIES, is_contended, || self.remove_member_once(call, by, member)).await
    }

    async fn remove_member_once(
        &self,
        call: &Call,
        by: &TenantAdmin,
        member: MembershipId,
    ) -> Result<(), TenantsError> {
        let member = self.held(by.tenant(), member).await?;
        if member.role == Role::Owner {
            by.require_recent(self.ports.source.now())?;
        }
        let ended = member.removed_by(by.user(), by.role(), self.ports.source.now())?;
        self.commit(self.ending(call, action::REMOVE_MEMBER, event::MEMBER_REMOVED, ended)).await
    }

    /// The commit that keeps an ended membership.
    pub(super) fn ending(
        &self,
        call: &Call,
        action: Action,
        event: &'static str,
        ended: Membership,
    ) -> Commit {
        let (source, tenant) = (&self.ports.source, ended.tenant);
        let told = json!({ "tenant": tenant, "user": ended.user });
        let entry = call.entry(source, action, Outcome::Success, Some(tenant));
        let commit = call
            .commit()
            .emit(self.event(event, tenant, told))
            .record(entry.on(ended.id).changing(json!({ "role": ended.role.as_str() }), json!(null)))
            .signal(member_changed(tenant, ended.user, source.now()));
        let was_owner = ended.role == Role::Owner;
        let commit = commit.write(TenantsWrite::from(MembershipWrite::Save(ended)));
        if was_owner {
            commit.write(TenantsWrite::from(TenantWrite::Owners(tenant, OwnerCount::Fewer)))
        } else {
            commit
        }
    }
}
