use std::sync::Arc;

use async_trait::async_trait;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;
use saaskit_http_axum::metrics::Metric;
use saaskit_kernel::{Commit, CommitError, Connections, PortError, Store, Write};
use saaskit_notify::write::{MessageWrite, NotifyWrite};

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

const MAILS: Metric = Metric::counter(
    "saaskit_mails_total",
    &["category", "outcome"],
    "What became of mails this node sent or held back: sent, suppressed, opted_out, failed, bounced",
);
const TRIES: Metric = Metric::counter(
    "saaskit_job_tries_total",
    &["kind", "outcome"],
    "Tries of jobs by this node: done, put_off, given_up, or broken_off (it panicked, took too long or lost its lease)",
);

type Counted<const N: usize> = Family<[(&'static str, &'static str); N], Counter>;

/// What happened, counted as it is committed or tried.
#[derive(Debug, Clone, Default)]
pub(super) struct Deeds {
    events: Counted<1>,
    acts: Counted<2>,
    mails: Counted<2>,
    tries: Counted<2>,
}

impl Deeds {
    /// What is counted.
    pub(super) const METRICS: [Metric; 4] = [EVENTS, ACTS, MAILS, TRIES];

    pub(super) fn register(&self, registry: &mut Registry) {
        EVENTS.register(registry, self.events.clone());
        ACTS.register(registry, self.acts.clone());
        MAILS.register(registry, self.mails.clone());
        TRIES.register(registry, self.tries.clone());
    }

    /// A try of a job of that kind ended so.
    pub(super) fn tried(&self, kind: &'static str, outcome: &'static str) {
        self.tries.get_or_create_owned(&[("kind", kind), ("outcome", outcome)]).inc();
    }
}

/// How far a write lets a mail get.
fn mail(write: &Write) -> Option<[(&'static str, &'static str); 2]> {
    let NotifyWrite::Message(MessageWrite::Save(message)) = write.of()? else { return None };
    Some([("category", message.category.as_str()), ("outcome", message.status.as_str())])
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
        let mails: Vec<_> = commit.writes().iter().filter_map(mail).collect();
        self.store.commit(commit).await?;
        for event in &events {
            self.deeds.events.get_or_create_owned(event).inc();
        }
        for act in &acts {
            self.deeds.acts.get_or_create_owned(act).inc();
        }
        for mail in &mails {
            self.deeds.mails.get_or_create_owned(mail).inc();
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
