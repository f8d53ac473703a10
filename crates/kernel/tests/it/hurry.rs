use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use saaskit_conformance::fixtures::NOW;
use saaskit_kernel::{
    Commit, EventBus, Hurry, HurryingStore, Job, Nudge, Signal, Source, Store, Subscriptions,
};
use saaskit_memory::{MemoryEventBus, MemoryStore};
use serde_json::json;

fn signal() -> Signal {
    Signal { name: "test.changed".into(), subject: "ana".to_owned(), number: 0, until: NOW }
}

fn is_nudged(nudge: &Nudge) -> bool {
    nudge.nudged().now_or_never().is_some()
}

#[tokio::test]
async fn a_commit_nudges_who_follows_its_signals_and_who_does_its_jobs() {
    let source = Source::system();
    let (signals, work) = (Nudge::default(), Nudge::default());
    let inner = Arc::new(MemoryStore::new(Subscriptions::default()));
    let store = HurryingStore::new(inner, signals.clone(), work.clone());
    store.ping().await.unwrap();
    store.commit(Commit::new()).await.unwrap();
    assert!(!is_nudged(&signals) && !is_nudged(&work));
    for _ in 0..3 {
        store.commit(Commit::new().signal(signal())).await.unwrap();
    }
    assert!(is_nudged(&signals) && !is_nudged(&signals) && !is_nudged(&work));
    let job = Job::now(&source, "test.do", None, json!({}));
    store.commit(Commit::new().enqueue(job.clone())).await.unwrap();
    assert!(is_nudged(&work) && !is_nudged(&signals));
    store.commit(Commit::new().enqueue(job)).await.unwrap_err();
    assert!(!is_nudged(&work), "what was not committed is no work");
}

struct Node {
    hurry: Hurry,
    signals: Nudge,
}

impl Node {
    /// A node that listens already.
    async fn new(bus: &Arc<dyn EventBus>) -> Self {
        let (hurry, signals) = (Hurry::new(bus.clone(), &Source::system()), Nudge::default());
        let node = Self { hurry, signals };
        let (hurry, signals) = (node.hurry.clone(), node.signals.clone());
        tokio::spawn(async move { hurry.listen(&signals).await });
        node.signals.nudged().await;
        node
    }

    async fn hears(&self) -> bool {
        tokio::time::timeout(Duration::from_millis(100), self.signals.nudged()).await.is_ok()
    }
}

#[tokio::test(start_paused = true)]
async fn a_node_hears_of_the_others_and_not_of_itself() {
    let bus: Arc<dyn EventBus> = Arc::new(MemoryEventBus::new(4));
    let nodes = [Node::new(&bus).await, Node::new(&bus).await, Node::new(&bus).await];
    nodes[0].hurry.tell().await.unwrap();
    assert!(nodes[1].hears().await && nodes[2].hears().await);
    assert!(!nodes[0].hears().await);
}

#[tokio::test(start_paused = true)]
async fn who_may_have_missed_a_hint_looks() {
    let bus: Arc<dyn EventBus> = Arc::new(MemoryEventBus::new(1));
    let node = Node::new(&bus).await;
    for _ in 0..9 {
        node.hurry.tell().await.unwrap();
    }
    assert!(node.hears().await);
}
