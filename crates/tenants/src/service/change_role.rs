use saaskit_kernel::{Call, Outcome, retry_stale};
use serde_json::json;

use super::{TRIES, Tenants, is_contended};
use crate::remembered::member_changed;
use crate::write::{MembershipWrite, OwnerCount, TenantWrite, TenantsWrite};
use crate::{Membership, MembershipId, Role, TenantAdmin, TenantsError, action, event};

impl Tenants {
    /// Gives a member another role, never one above the own; the last owner stays one. Gives the membership as it
    /// is now.
    pub async fn change_role(
        &self,
        call: &Call,
        by: &TenantAdmin,
        member: MembershipId,
        role: Role,
    ) -> Result<Membership, TenantsError> {
        retry_stale(TRIES, is_contended, || self.change_role_once(call, by, member, role)).await
    }

    async fn change_role_once(
        &self,
        call: &Call,
        by: &TenantAdmin,
        member: MembershipId,
        role: Role,
    ) -> Result<Membership, TenantsError> {
        let before = self.held(by.tenant(), member).await?;
        let after = before.clone().with_role(role, by.role())?;
        if after == before {
            return Ok(before);
        }
        let (source, tenant) = (&self.ports.source, by.tenant());
        let count = recount(before.role, role);
        if count.is_some() {
            by.require_recent(source.now())?;
        }
        let told = json!({ "tenant": tenant, "user": after.user, "role": role.as_str() });
        let entry = call.entry(source, action::CHANGE_ROLE, Outcome::Success, Some(tenant));
        let (was, is) = (json!({ "role": before.role.as_str() }), json!({ "role": role.as_str() }));
        let mut commit = call
            .commit()
            .write(TenantsWrite::from(MembershipWrite::Save(after.clone())))
            .emit(self.event(event::ROLE_CHANGED, tenant, told))
            .record(entry.on(after.id).changing(was, is))
            .signal(member_changed(tenant, after.user, source.now()));
        if let Some(count) = count {
            commit = commit.write(TenantsWrite::from(TenantWrite::Owners(tenant, count)));
        }
        self.commit(commit).await?;
        Ok(Membership { version: after.version.next(), ..after })
    }
}

/// How a change of role changes the number of owners.
fn recount(before: Role, after: Role) -> Option<OwnerCount> {
    match (before, after) {
        (Role::Owner, Role::Owner) => None,
        (Role::Owner, _) => Some(OwnerCount::Fewer),
        (_, Role::Owner) => Some(OwnerCount::More),
        _ => None,
    }
}
