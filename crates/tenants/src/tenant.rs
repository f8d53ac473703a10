use saaskit_kernel::{Name, Slug, TenantId, Timestamp, Version};

use crate::{TenantPolicy, TenantsError, Transfer};

/// A workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// What it is called in URLs; unique.
    pub slug: Slug,
    /// What it is called.
    pub name: Name,
    /// Whether it may be used.
    pub status: TenantStatus,
    /// What it asks of who enters.
    pub policy: TenantPolicy,
    /// How many may be in it; `None` where nothing limits them.
    pub seats: Option<u32>,
    /// The offer to own it that waits to be taken.
    pub transfer: Option<Transfer>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The version it was read with.
    pub version: Version,
}

/// Whether a workspace may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TenantStatus {
    /// It may.
    Active,
    /// An operator said no for now.
    Suspended,
    /// It was deleted and can still be restored.
    Deleted,
}

impl TenantStatus {
    /// The word it is stored and shown by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Deleted => "deleted",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Active, Self::Suspended, Self::Deleted].into_iter().find(|status| status.as_str() == word)
    }
}

impl Tenant {
    /// A new, active one.
    pub fn create(id: TenantId, slug: Slug, name: Name, at: Timestamp) -> Self {
        Self {
            id,
            slug,
            name,
            status: TenantStatus::Active,
            policy: TenantPolicy::default(),
            seats: None,
            transfer: None,
            created_at: at,
            version: Version::NEW,
        }
    }

    /// Whether its members may act in it: a suspended one says so, a deleted one is not there.
    pub(crate) fn may_be_used(&self) -> Result<(), TenantsError> {
        match self.status {
            TenantStatus::Active => Ok(()),
            TenantStatus::Suspended => Err(TenantsError::Suspended),
            TenantStatus::Deleted => Err(TenantsError::NotFound),
        }
    }
}
