use saaskit_kernel::{Call, Faults, Name, Outcome, Principal, Slug};
use serde_json::json;

use super::Tenants;
use crate::write::{MembershipWrite, TenantWrite, TenantsWrite};
use crate::{Membership, Tenant, TenantsError, action, event};

/// What a workspace is made from.
#[derive(Debug, Clone)]
pub struct NewTenant {
    /// What it is called.
    pub name: String,
    /// What it is called in URLs.
    pub slug: String,
}

impl Tenants {
    /// Makes a workspace; whoever asks owns it.
    pub async fn create(
        &self,
        call: &Call,
        by: &Principal,
        ask: NewTenant,
    ) -> Result<(Tenant, Membership), TenantsError> {
        let mut faults = Faults::default();
        let name = faults.keep("name", Name::parse(&ask.name));
        let slug = faults.keep("slug", Slug::parse(&ask.slug));
        let (Some(name), Some(slug)) = (name, slug) else {
            return Err(TenantsError::Invalid(faults.into_vec()));
        };

        let source = &self.ports.source;
        let tenant = Tenant::create(source.id(), slug, name, source.now());
        let owner = Membership::of_owner(source.id(), tenant.id, by.user, source.now());
        let told = json!({ "tenant": tenant.id, "owner": by.user });
        let commit = call
            .commit()
            .write(TenantsWrite::Tenant(TenantWrite::Insert(tenant.clone())))
            .write(TenantsWrite::Membership(MembershipWrite::Insert(owner.clone())))
            .emit(self.event(event::TENANT_CREATED, tenant.id, told))
            .record(call.entry(source, action::CREATE, Outcome::Success, Some(tenant.id)).on(tenant.id));
        self.commit(commit).await?;
        let tenant = Tenant { version: tenant.version.next(), ..tenant };
        let owner = Membership { version: owner.version.next(), ..owner };
        Ok((tenant, owner))
    }
}
