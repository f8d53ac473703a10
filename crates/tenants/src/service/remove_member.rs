use saaskit_kernel::{Action, Call, Commit, Outcome, retry_stale};
use serde_json::{Value, json};

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
        let ending = self.keeping(call, (action::REMOVE_MEMBER, event::MEMBER_REMOVED), ended);
        self.commit(call.commit().and(ending)).await
    }

    /// The commit that keeps a membership that ended, or holds again; without the call's claim.
    pub(super) fn keeping(
        &self,
        call: &Call,
        (action, event): (Action, &'static str),
        member: Membership,
    ) -> Commit {
        let (source, tenant) = (&self.ports.source, member.tenant);
        let told = json!({ "tenant": tenant, "user": member.user });
        let held = json!({ "role": member.role.as_str() });
        let (count, before, after) = if member.is_active() {
            (OwnerCount::More, Value::Null, held)
        } else {
            (OwnerCount::Fewer, held, Value::Null)
        };
        let entry = call.entry(source, action, Outcome::Success, Some(tenant));
        let commit = Commit::new()
            .emit(self.event(event, tenant, told))
            .record(entry.on(member.id).changing(before, after))
            .signal(member_changed(tenant, member.user, source.now()));
        let is_of_owner = member.role == Role::Owner;
        let commit = commit.write(TenantsWrite::from(MembershipWrite::Save(member)));
        if is_of_owner {
            commit.write(TenantsWrite::from(TenantWrite::Owners(tenant, count)))
        } else {
            commit
        }
    }
}
