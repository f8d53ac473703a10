use saaskit_kernel::{Action, Call, Commit, Outcome};
use serde_json::{Value, json};

use super::Tenants;
use crate::remembered::member_changed;
use crate::write::{MembershipWrite, OwnerCount, TenantWrite, TenantsWrite};
use crate::{Membership, Removal};

impl Tenants {
    /// The commit by which a membership ends, or holds again, and its owner is counted; without the call's claim.
    pub(super) fn keeping(
        &self,
        call: &Call,
        action: Action,
        event: &'static str,
        before: &Membership,
        after: Membership,
    ) -> Commit {
        let (source, tenant) = (&self.ports.source, after.tenant);
        let told = json!({ "tenant": tenant, "user": after.user });
        let count = OwnerCount::of(before, &after);
        let entry = call.entry(source, action, Outcome::Success, Some(tenant));
        let commit = Commit::new()
            .emit(self.event(event, tenant, told))
            .record(entry.on(after.id).changing(shown(before), shown(&after)))
            .signal(member_changed(tenant, after.user, source.now()))
            .write(TenantsWrite::from(MembershipWrite::Save(after)));
        match count {
            Some(count) => commit.write(TenantsWrite::from(TenantWrite::Owners(tenant, count))),
            None => commit,
        }
    }
}

/// A membership as the audit log shows it: nothing once it ended for good.
pub(super) fn shown(member: &Membership) -> Value {
    let role = member.role.as_str();
    match member.removal {
        None => json!({ "role": role }),
        Some(Removal { with_account: true, .. }) => json!({ "role": role, "ended": "with_account" }),
        Some(Removal { with_account: false, .. }) => Value::Null,
    }
}
