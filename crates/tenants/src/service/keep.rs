use saaskit_kernel::{Action, Call, Commit, Outcome};
use serde_json::{Value, json};

use super::Tenants;
use crate::remembered::member_changed;
use crate::write::{MembershipWrite, OwnerCount, TenantWrite, TenantsWrite};
use crate::{Membership, Role};

impl Tenants {
    /// The commit that keeps a membership that ended, or holds again, and counts its owner; without the call's claim.
    pub(super) fn keeping(
        &self,
        call: &Call,
        action: Action,
        event: &'static str,
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
