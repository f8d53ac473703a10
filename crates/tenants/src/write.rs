use saaskit_kernel::{DomainWrite, Target, TenantId, UniqueRule};

use crate::{Membership, Tenant};

/// A slug belongs to one workspace.
pub const TENANT_SLUG: UniqueRule = UniqueRule("tenants.tenant.slug");
/// A user is in a workspace once.
pub const MEMBERSHIP_USER: UniqueRule = UniqueRule("tenants.membership.user");

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
    /// Inserts it; `Duplicate(TENANT_SLUG)` if the slug is taken.
    Insert(Tenant),
    /// Replaces it if its version is still the stored one; `Stale` otherwise, or if it is not there.
    /// `Duplicate(TENANT_SLUG)` if the new slug is taken. The stored version is one more afterwards.
    Save(Tenant),
}

/// Changes of a membership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MembershipWrite {
    /// Inserts it; `Duplicate(MEMBERSHIP_USER)` if the user is in the workspace already.
    Insert(Membership),
}

impl DomainWrite for TenantsWrite {
    fn tenant(&self) -> Option<TenantId> {
        Some(match self {
            Self::Tenant(TenantWrite::Insert(tenant) | TenantWrite::Save(tenant)) => tenant.id,
            Self::Membership(MembershipWrite::Insert(membership)) => membership.tenant,
        })
    }

    fn target(&self) -> Target {
        match self {
            Self::Tenant(TenantWrite::Insert(tenant) | TenantWrite::Save(tenant)) => {
                Target::row("tenants.tenant", tenant.id.uuid())
            }
            Self::Membership(MembershipWrite::Insert(membership)) => {
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
