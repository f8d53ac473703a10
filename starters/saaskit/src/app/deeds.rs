use std::sync::Arc;

use async_trait::async_trait;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;
use saaskit_http_axum::metrics::Metric;
use saaskit_kernel::{Commit, CommitError, Connections, PortError, Store};

const EVENTS: Metric = Metric::counter(
    "saaskit_events_total",
    &["event"],
    "What this node's commits say happened, by the names in docs/events.md",
);
const ACTS: Metric = Metric::counter(
    "saaskit_audit_total",
    &["action", "outcome"],
    "What this node wrote down in the audit log: sign-ups, sign-ins, locks; outcome: success or refused",
);

/// What happened, counted as it is committed.
#[derive(Debug, Clone, Default)]
pub(super) struct Deeds {
    events: Family<[(&'static str, &'static str); 1], Counter>,
    acts: Family<[(&'static str, &'static str); 2], Counter>,
}

impl Deeds {
    /// What is counted.
    pub(super) const METRICS: [Metric; 2] = [EVENTS, ACTS];

    pub(super) fn register(&self, registry: &mut Registry) {
        EVENTS.register(registry, self.events.clone());
        ACTS.register(registry, self.acts.clone());
    }
}

/// A store that counts what its commits say happened, once it has.
#[derive(Debug)]
pub(super) struct CountingStore {
    pub(super) store: Arc<dyn Store>,
    pub(super) deeds: Deeds,
}

#[async_trait]
impl Store for CountingStore {
    async fn commit(&self, commit: Commit) -> Result<(), CommitError> {
        let events: Vec<_> = commit.events().iter().map(|event| [("event", event.name)]).collect();
        let acts = commit.audit().iter();
        let acts: Vec<_> =
            acts.map(|act| [("action", act.action.name), ("outcome", act.outcome.as_str())]).collect();
        self.store.commit(commit).await?;
        for event in &events {
            self.deeds.events.get_or_create_owned(event).inc();
        }
        for act in &acts {
            self.deeds.acts.get_or_create_owned(act).inc();
        }
        Ok(())
    }

    async fn ping(&self) -> Result<(), PortError> {
        self.store.ping().await
    }

    fn connections(&self) -> Option<Connections> {
        self.store.connections()
    }
}
