use saaskit_kernel::{Call, Outcome, Version, retry_stale};
use serde_json::json;

use super::keep::shown;
use super::{TRIES, Tenants, is_contended};
use crate::permissions::WriteMembers;
use crate::remembered::member_changed;
use crate::write::{MembershipWrite, OwnerCount, TenantWrite, TenantsWrite};
use crate::{Allowed, Membership, MembershipId, Role, TenantsError, action, event};

impl Tenants {
    /// Gives a member another role, never one above the own, with a version only if the membership is still that one;
    /// the last owner stays one. Gives the membership as it is now.
    pub async fn change_role(
        &self,
        call: &Call,
        by: &Allowed<WriteMembers>,
        member: MembershipId,
        role: Role,
        version: Option<Version>,
    ) -> Result<Membership, TenantsError> {
        retry_stale(TRIES, is_contended, || self.change_role_once(call, by, member, role, version)).await
    }

    async fn change_role_once(
        &self,
        call: &Call,
        by: &Allowed<WriteMembers>,
        member: MembershipId,
        role: Role,
        version: Option<Version>,
    ) -> Result<Membership, TenantsError> {
        let before = self.held(by.tenant(), member).await?;
        Self::require(version, before.version)?;
        let after = before.clone().with_role(role, by.role())?;
        if after == before {
            return Ok(before);
        }
        let (source, tenant) = (&self.ports.source, by.tenant());
        let count = OwnerCount::of(&before, &after);
        if count.is_some() {
            by.require_recent(source.now())?;
        }
        let told = json!({ "tenant": tenant, "user": after.user, "role": role.as_str() });
        let entry = call.entry(source, action::CHANGE_ROLE, Outcome::Success, Some(tenant));
        let mut commit = call
            .commit()
            .write(TenantsWrite::from(MembershipWrite::Save(after.clone())))
            .emit(self.event(event::ROLE_CHANGED, tenant, told))
            .record(entry.on(after.id).changing(shown(&before), shown(&after)))
            .signal(member_changed(tenant, after.user, source.now()));
        if let Some(count) = count {
            commit = commit.write(TenantsWrite::from(TenantWrite::Owners(tenant, count)));
        }
        self.commit(commit).await?;
        Ok(Membership { version: after.version.next(), ..after })
    }
}
