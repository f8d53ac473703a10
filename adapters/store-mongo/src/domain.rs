use async_trait::async_trait;
use saaskit_kernel::archive::Table;
use saaskit_kernel::{UniqueRule, Write};

use crate::Failure;
use crate::migrate::Migration;
use crate::tx::Tx;

/// What a domain brings to the store.
pub(crate) struct Domain {
    /// Its collections and indexes, in order.
    pub(crate) migrations: &'static [Migration],
    /// What it keeps, for whoever moves.
    pub(crate) tables: &'static [Table],
    /// Unique indexes that are a rule of the domain.
    pub(crate) rules: &'static [(&'static str, UniqueRule)],
    /// Unique indexes over ids: whoever meets one was not the first to store it.
    pub(crate) known: &'static [&'static str],
    /// The write, if it is of this domain.
    pub(crate) write: fn(&Write) -> Option<&dyn Apply>,
}

/// Applies one write of a domain.
#[async_trait]
pub(crate) trait Apply: Send + Sync {
    async fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Failure>;
}

/// Every domain this store was built with.
pub(crate) const DOMAINS: &[Domain] = &[
    crate::log::DOMAIN,
    #[cfg(feature = "auth")]
    crate::auth::DOMAIN,
    #[cfg(feature = "tenants")]
    crate::tenants::DOMAIN,
    #[cfg(feature = "notify")]
    crate::notify::DOMAIN,
];
