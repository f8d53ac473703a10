use std::collections::BTreeMap;
use std::ops::Bound;

use async_trait::async_trait;
use saaskit_kernel::{CommitError, Page, Paged, PortError, TenantId, UserId};
use saaskit_tenants::port::Workspaces;
use saaskit_tenants::write::{MEMBERSHIP_USER, MembershipWrite, TENANT_SLUG, TenantWrite, TenantsWrite};
use saaskit_tenants::{Membership, MembershipId, Tenant, TenantStatus};

use crate::MemoryStore;
use crate::store::insert_new;

/// What tenants keeps.
#[derive(Debug, Clone, Default)]
pub(crate) struct TenantsState {
    tenants: BTreeMap<TenantId, Tenant>,
    memberships: BTreeMap<(TenantId, MembershipId), Membership>,
}

impl TenantsState {
    pub(crate) fn apply(&mut self, write: TenantsWrite) -> Result<(), CommitError> {
        match write {
            TenantsWrite::Tenant(TenantWrite::Insert(tenant)) => {
                self.refuse_taken(&tenant)?;
                insert_new(&mut self.tenants, tenant.id, Tenant { version: tenant.version.next(), ..tenant })
            }
            TenantsWrite::Tenant(TenantWrite::Save(tenant)) => {
                self.refuse_taken(&tenant)?;
                let stored = self.tenants.get_mut(&tenant.id);
                let stored = stored.filter(|stored| stored.version == tenant.version);
                *stored.ok_or(CommitError::Stale)? = Tenant { version: tenant.version.next(), ..tenant };
                Ok(())
            }
            TenantsWrite::Membership(MembershipWrite::Insert(membership)) => self.join(&membership),
        }
    }

    fn refuse_taken(&self, tenant: &Tenant) -> Result<(), CommitError> {
        match self.tenants.values().find(|other| other.slug == tenant.slug) {
            Some(owner) if owner.id != tenant.id => Err(CommitError::Duplicate(TENANT_SLUG)),
            _ => Ok(()),
        }
    }

    fn join(&mut self, new: &Membership) -> Result<(), CommitError> {
        if self.membership(new.tenant, new.user).is_some_and(|old| old.id != new.id) {
            return Err(CommitError::Duplicate(MEMBERSHIP_USER));
        }
        let joined = Membership { version: new.version.next(), ..new.clone() };
        insert_new(&mut self.memberships, (joined.tenant, joined.id), joined)
    }

    fn membership(&self, tenant: TenantId, user: UserId) -> Option<&Membership> {
        self.memberships.values().find(|membership| (membership.tenant, membership.user) == (tenant, user))
    }

    fn entry(&self, tenant: TenantId, user: UserId) -> Option<(Tenant, Membership)> {
        Some((self.tenants.get(&tenant)?.clone(), self.membership(tenant, user)?.clone()))
    }
}

#[async_trait]
impl Workspaces for MemoryStore {
    async fn entry(&self, tenant: TenantId, user: UserId) -> Result<Option<(Tenant, Membership)>, PortError> {
        Ok(self.state().tenants.entry(tenant, user))
    }

    async fn tenant(&self, tenant: TenantId) -> Result<Option<Tenant>, PortError> {
        Ok(self.state().tenants.tenants.get(&tenant).cloned())
    }

    async fn of_user(
        &self,
        user: UserId,
        page: Page<TenantId>,
    ) -> Result<Paged<(Tenant, Membership)>, PortError> {
        let tenants = &self.state().tenants;
        let after = page.after.map_or(Bound::Unbounded, Bound::Excluded);
        let one_more = tenants
            .tenants
            .range((after, Bound::Unbounded))
            .filter(|(_, tenant)| tenant.status != TenantStatus::Deleted)
            .filter_map(|(id, _)| tenants.entry(*id, user))
            .take(page.limit as usize + 1)
            .collect();
        Ok(Paged::from_one_more(one_more, page.limit))
    }
}
