use std::collections::BTreeMap;
use std::ops::Bound;

use async_trait::async_trait;
use saaskit_kernel::{CommitError, Page, Paged, PortError, TenantId, UserId};
use saaskit_tenants::port::{Belonging, Members, Memberships, Workspaces};
use saaskit_tenants::write::{
    LAST_OWNER, MEMBERSHIP_USER, MembershipWrite, OwnerCount, TENANT_SLUG, TenantWrite, TenantsWrite,
};
use saaskit_tenants::{Membership, MembershipId, Tenant, TenantStatus};

use crate::MemoryStore;
use crate::store::insert_new;

/// What tenants keeps.
#[derive(Debug, Clone, Default)]
pub(crate) struct TenantsState {
    tenants: BTreeMap<TenantId, Tenant>,
    owners: BTreeMap<TenantId, u64>,
    memberships: BTreeMap<(TenantId, MembershipId), Membership>,
}

impl TenantsState {
    pub(crate) fn apply(&mut self, write: TenantsWrite) -> Result<(), CommitError> {
        match write {
            TenantsWrite::Tenant(TenantWrite::Insert(tenant)) => {
                self.refuse_taken(&tenant)?;
                self.owners.insert(tenant.id, 1);
                insert_new(&mut self.tenants, tenant.id, Tenant { version: tenant.version.next(), ..tenant })
            }
            TenantsWrite::Tenant(TenantWrite::Save(tenant)) => {
                self.refuse_taken(&tenant)?;
                let stored = self.tenants.get_mut(&tenant.id);
                let stored = stored.filter(|stored| stored.version == tenant.version);
                *stored.ok_or(CommitError::Stale)? = Tenant { version: tenant.version.next(), ..tenant };
                Ok(())
            }
            TenantsWrite::Tenant(TenantWrite::Owners(tenant, count)) => self.count_owners(tenant, count),
            TenantsWrite::Membership(MembershipWrite::Insert(membership)) => {
                self.refuse_second(&membership)?;
                let joined = Membership { version: membership.version.next(), ..membership };
                insert_new(&mut self.memberships, (joined.tenant, joined.id), joined)
            }
            TenantsWrite::Membership(MembershipWrite::Save(membership)) => {
                self.refuse_second(&membership)?;
                let stored = self.memberships.get_mut(&(membership.tenant, membership.id));
                let stored = stored.filter(|stored| stored.version == membership.version);
                let stored = stored.ok_or(CommitError::Stale)?;
                stored.role = membership.role;
                stored.removal = membership.removal;
                stored.version = membership.version.next();
                Ok(())
            }
        }
    }

    fn count_owners(&mut self, tenant: TenantId, count: OwnerCount) -> Result<(), CommitError> {
        let owners = self.owners.get_mut(&tenant);
        match (count, owners) {
            (OwnerCount::More, owners) => *owners.ok_or(CommitError::Stale)? += 1,
            (OwnerCount::Fewer, Some(owners)) if *owners > 1 => *owners -= 1,
            (OwnerCount::Fewer, _) => return Err(CommitError::Refused(LAST_OWNER)),
        }
        Ok(())
    }

    fn refuse_taken(&self, tenant: &Tenant) -> Result<(), CommitError> {
        match self.tenants.values().find(|other| other.slug == tenant.slug) {
            Some(owner) if owner.id != tenant.id => Err(CommitError::Duplicate(TENANT_SLUG)),
            _ => Ok(()),
        }
    }

    /// A user is in a workspace once at a time.
    fn refuse_second(&self, new: &Membership) -> Result<(), CommitError> {
        let other = self.membership(new.tenant, new.user).filter(|other| other.id != new.id);
        if new.is_active() && other.is_some() { Err(CommitError::Duplicate(MEMBERSHIP_USER)) } else { Ok(()) }
    }

    fn membership(&self, tenant: TenantId, user: UserId) -> Option<&Membership> {
        self.active(tenant).find(|membership| membership.user == user)
    }

    /// Every membership of a workspace, also those that ended.
    fn all_of(&self, tenant: TenantId) -> impl Iterator<Item = &Membership> + use<'_> {
        self.memberships.values().filter(move |membership| membership.tenant == tenant)
    }

    /// Who is in a workspace.
    fn active(&self, tenant: TenantId) -> impl Iterator<Item = &Membership> + use<'_> {
        self.all_of(tenant).filter(|membership| membership.is_active())
    }

    fn with_tenant(&self, membership: &Membership) -> Option<(Tenant, Membership)> {
        Some((self.tenants.get(&membership.tenant)?.clone(), membership.clone()))
    }

    /// What a user is in workspaces, or was when the account went.
    fn belonging(&self, user: UserId, most: usize) -> Belonging {
        let is_meant = |membership: &&Membership| membership.user == user && membership.holds_or_may_return();
        let all: Vec<&Membership> = self.memberships.values().filter(is_meant).collect();
        let first = all.iter().take(most).filter_map(|membership| self.with_tenant(membership)).collect();
        Belonging { user, first, count: all.len() as u64 }
    }

    fn entry(&self, tenant: TenantId, user: UserId) -> Option<(Tenant, Membership)> {
        self.with_tenant(self.membership(tenant, user)?)
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

#[async_trait]
impl Members for MemoryStore {
    async fn membership(&self, tenant: TenantId, id: MembershipId) -> Result<Option<Membership>, PortError> {
        Ok(self.state().tenants.memberships.get(&(tenant, id)).cloned())
    }

    async fn members(
        &self,
        tenant: TenantId,
        page: Page<MembershipId>,
    ) -> Result<Paged<Membership>, PortError> {
        let tenants = &self.state().tenants;
        let is_meant = |member: &&Membership| {
            member.holds_or_may_return() && page.after.is_none_or(|after| member.id > after)
        };
        let one_more = tenants.all_of(tenant).filter(is_meant).take(page.limit as usize + 1);
        let one_more = one_more.cloned().collect();
        Ok(Paged::from_one_more(one_more, page.limit))
    }

    async fn seats_used(&self, tenant: TenantId) -> Result<u64, PortError> {
        Ok(self.state().tenants.active(tenant).count() as u64)
    }
}

#[async_trait]
impl Memberships for MemoryStore {
    async fn ended_with_account(&self, user: UserId) -> Result<Vec<(Tenant, Membership)>, PortError> {
        let tenants = &self.state().tenants;
        let of_user = tenants.memberships.values().filter(|membership| membership.user == user);
        let ended = of_user.filter(|membership| membership.may_return());
        Ok(ended.filter_map(|membership| tenants.with_tenant(membership)).collect())
    }

    async fn of_users(&self, users: &[UserId], each: u32) -> Result<Vec<Belonging>, PortError> {
        let tenants = &self.state().tenants;
        let all = users.iter().map(|user| tenants.belonging(*user, each as usize));
        Ok(all.filter(|belonging| belonging.count > 0).collect())
    }
}
