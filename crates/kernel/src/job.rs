use serde_json::Value;

use crate::{JobId, Source, TenantId, Timestamp};

/// A piece of work to be done once, after the commit that asks for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Which handler does it: `notify.send`.
    pub kind: String,
    /// The workspace it belongs to: work is shared fairly between workspaces.
    pub tenant: Option<TenantId>,
    /// What the handler needs; ids and facts. A secret is sealed first.
    pub payload: Value,
    /// Not before this.
    pub due_at: Timestamp,
}

impl Job {
    /// A job that is due at once.
    pub fn now(source: &Source, kind: &'static str, tenant: Option<TenantId>, payload: Value) -> Self {
        Self { id: source.id(), kind: kind.to_owned(), tenant, payload, due_at: source.now() }
    }
}
