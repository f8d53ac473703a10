use async_trait::async_trait;
use saaskit_kernel::archive::Table;
use saaskit_kernel::{UniqueRule, Write};

use super::Conn;
use crate::Failure;
use crate::migration::Migration;

/// What a domain brings to the store.
pub(super) struct Domain {
    /// Its schema, in order.
    pub(super) migrations: &'static [Migration],
    /// What it keeps, for whoever moves.
    pub(super) tables: &'static [Table],
    /// Unique indexes that are a rule of the domain.
    pub(super) rules: &'static [(&'static str, UniqueRule)],
    /// Unique indexes over ids: whoever meets one was not the first to store it.
    pub(super) known: &'static [&'static str],
    /// The write, if it is of this domain.
    pub(super) write: fn(&Write) -> Option<&dyn Apply>,
}

/// Applies one write of a domain.
#[async_trait]
pub(super) trait Apply: Send + Sync {
    async fn apply(&self, conn: &mut Conn) -> Result<(), Failure>;
}
