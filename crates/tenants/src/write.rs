use saaskit_kernel::{DomainWrite, Guard, Order, Target, TenantId, UniqueRule};

use crate::{Membership, Tenant};

/// A slug belongs to one workspace.
pub const TENANT_SLUG: UniqueRule = UniqueRule("tenants.tenant.slug");
/// A user is in a workspace once at a time.
pub const MEMBERSHIP_USER: UniqueRule = UniqueRule("tenants.membership.user");
/// A workspace has an owner.
pub const LAST_OWNER: Guard = Guard("tenants.last_owner");

/// Everything tenants can ask to have changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TenantsWrite {
    /// Of a workspace.
    Tenant(TenantWrite),
    /// Of a membership.
    Membership(MembershipWrite),
}

/// Changes of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TenantWrite {
    /// Inserts it, counting one owner; `Duplicate(TENANT_SLUG)` if the slug is taken.
    Insert(Tenant),
    /// Replaces it if its version is still the stored one; `Stale` otherwise, or if it is not there.
    /// `Duplicate(TENANT_SLUG)` if the new slug is taken. The stored version is one more afterwards.
    Save(Tenant),
    /// Counts its owners; every write that makes or unmakes one comes with it.
    Owners(TenantId, OwnerCount),
}

/// How the number of a workspace's owners changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnerCount {
    /// One more.
    More,
    /// One fewer; `Refused(LAST_OWNER)` if none would be left.
    Fewer,
}

/// Changes of a membership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MembershipWrite {
    /// Inserts it; `Duplicate(MEMBERSHIP_USER)` if the user is in the workspace already.
    Insert(Membership),
    /// Replaces its role and how it ended if its version is still the stored one; `Stale` otherwise, or if it is not
    /// there. `Duplicate(MEMBERSHIP_USER)` if it is to hold again beside another. The stored version is one more
    /// afterwards.
    Save(Membership),
}

impl OwnerCount {
    /// What changes, if anything does, where a membership becomes another.
    pub(crate) fn of(before: &Membership, after: &Membership) -> Option<Self> {
        match (before.owns(), after.owns()) {
            (false, true) => Some(Self::More),
            (true, false) => Some(Self::Fewer),
            _ => None,
        }
    }
}

impl DomainWrite for TenantsWrite {
    fn tenant(&self) -> Option<TenantId> {
        Some(match self {
            Self::Tenant(TenantWrite::Insert(tenant) | TenantWrite::Save(tenant)) => tenant.id,
            Self::Tenant(TenantWrite::Owners(tenant, _)) => *tenant,
            Self::Membership(MembershipWrite::Insert(membership) | MembershipWrite::Save(membership)) => {
                membership.tenant
            }
        })
    }

    fn target(&self) -> Target {
        match self {
            Self::Tenant(TenantWrite::Insert(tenant) | TenantWrite::Save(tenant)) => {
                Target::row("tenants.tenant", tenant.id.uuid())
            }
            Self::Tenant(TenantWrite::Owners(tenant, _)) => {
                Target { order: Order::Counter, ..Target::row("tenants.owners", tenant.uuid()) }
            }
            Self::Membership(MembershipWrite::Insert(membership) | MembershipWrite::Save(membership)) => {
                Target::row("tenants.membership", membership.id.uuid())
            }
        }
    }
}

impl From<TenantWrite> for TenantsWrite {
    fn from(write: TenantWrite) -> Self {
        Self::Tenant(write)
    }
}
impl From<MembershipWrite> for TenantsWrite {
    fn from(write: MembershipWrite) -> Self {
        Self::Membership(write)
    }
}
