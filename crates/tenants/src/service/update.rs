use saaskit_kernel::{Call, Faults, Name, Outcome, Slug, Version, retry_stale};
use serde_json::{Value, json};

use super::{TRIES, Tenants, is_contended};
use crate::remembered::tenant_changed;
use crate::write::{TenantWrite, TenantsWrite};
use crate::{Allowed, Tenant, TenantsError, action, event};

/// What is to be different; what is not named stays.
#[derive(Debug, Clone, Default)]
pub struct TenantChange {
    /// What it is called.
    pub name: Option<String>,
    /// What it is called in URLs.
    pub slug: Option<String>,
}

impl Tenants {
    /// Renames a workspace, with a version only if it is still that one; gives it as it is now.
    pub async fn update(
        &self,
        call: &Call,
        by: &Allowed,
        change: TenantChange,
        version: Option<Version>,
    ) -> Result<Tenant, TenantsError> {
        let mut faults = Faults::default();
        let name = change.name.and_then(|name| faults.keep("name", Name::parse(&name)));
        let slug = change.slug.and_then(|slug| faults.keep("slug", Slug::parse(&slug)));
        if !faults.is_empty() {
            return Err(TenantsError::Invalid(faults.into_vec()));
        }
        retry_stale(TRIES, is_contended, || self.update_once(call, by, (name.clone(), slug.clone()), version))
            .await
    }

    async fn update_once(
        &self,
        call: &Call,
        by: &Allowed,
        (name, slug): (Option<Name>, Option<Slug>),
        version: Option<Version>,
    ) -> Result<Tenant, TenantsError> {
        let before = self.usable(by.tenant()).await?;
        Self::require(version, before.version)?;
        let after = Tenant {
            name: name.unwrap_or_else(|| before.name.clone()),
            slug: slug.unwrap_or_else(|| before.slug.clone()),
            ..before.clone()
        };
        if after == before {
            return Ok(before);
        }
        let entry = call.entry(&self.ports.source, action::UPDATE, Outcome::Success, Some(after.id));
        let commit = call
            .commit()
            .write(TenantsWrite::Tenant(TenantWrite::Save(after.clone())))
            .emit(self.event(event::TENANT_UPDATED, after.id, json!({ "tenant": after.id })))
            .record(entry.on(after.id).changing(names(&before), names(&after)))
            .signal(tenant_changed(after.id, self.ports.source.now()));
        self.commit(commit).await?;
        Ok(Tenant { version: after.version.next(), ..after })
    }
}

fn names(tenant: &Tenant) -> Value {
    json!({ "name": tenant.name, "slug": tenant.slug })
}
