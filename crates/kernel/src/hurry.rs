use std::convert::Infallible;
use std::sync::Arc;

use async_trait::async_trait;

use crate::{Commit, CommitError, Connections, EventBus, Heard, Nudge, PortError, Source, Store};

/// A store that nudges, after a commit, who would find out by themselves a little later: followers of its signals
/// and workers on its jobs.
#[derive(Debug)]
pub struct HurryingStore {
    store: Arc<dyn Store>,
    signals: Nudge,
    work: Nudge,
}

impl HurryingStore {
    /// Commits to `store`; nudges `signals` when there are new ones, and `work` when there may be some.
    pub fn new(store: Arc<dyn Store>, signals: Nudge, work: Nudge) -> Self {
        Self { store, signals, work }
    }
}

#[async_trait]
impl Store for HurryingStore {
    async fn commit(&self, commit: Commit) -> Result<(), CommitError> {
        let tells = !commit.signals().is_empty();
        // Listeners make jobs of events.
        let asks = !commit.jobs().is_empty() || !commit.events().is_empty();
        let outcome = self.store.commit(commit).await;
        if matches!(outcome, Ok(()) | Err(CommitError::Unknown)) {
            if tells {
                self.signals.nudge();
            }
            if asks {
                self.work.nudge();
            }
        }
        outcome
    }

    async fn ping(&self) -> Result<(), PortError> {
        self.store.ping().await
    }

    fn connections(&self) -> Option<Connections> {
        self.store.connections()
    }
}

/// Has other nodes follow at once what this one committed, and the other way round. They would without it, a little
/// later.
#[derive(Debug, Clone)]
pub struct Hurry {
    bus: Arc<dyn EventBus>,
    node: Arc<str>,
}

impl Hurry {
    const TOPIC: &'static str = "signals";

    /// Of one node, by that bus.
    pub fn new(bus: Arc<dyn EventBus>, source: &Source) -> Self {
        let node = u128::from_be_bytes(source.bytes());
        Self { bus, node: format!("{node:032x}").into() }
    }

    /// Tells the other nodes that there are new signals.
    pub async fn tell(&self) -> Result<(), PortError> {
        self.bus.publish(Self::TOPIC, &self.node).await
    }

    /// Nudges when another node tells of signals, or when that may have been missed. It ends only by failing to
    /// begin; whoever begins again has missed nothing.
    pub async fn listen(&self, signals: &Nudge) -> Result<Infallible, PortError> {
        let mut hints = self.bus.subscribe(Self::TOPIC).await?;
        signals.nudge();
        loop {
            match hints.next().await {
                Heard::Hint(node) if *node == *self.node => {}
                Heard::Hint(_) | Heard::Missed => signals.nudge(),
            }
        }
    }
}
