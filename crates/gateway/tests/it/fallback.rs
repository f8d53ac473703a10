use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use proptest::prelude::*;
use saaskit_gateway::{FallbackLimiter, Limit, Limits, WhenDown};
use saaskit_kernel::{Bucket, ErrorKind, LimitKey, PortError, RateLimiter, Taken};
use saaskit_memory::MemoryRateLimiter;

use crate::world::TestClock;

/// A limiter that all nodes share, and that can be down.
#[derive(Debug)]
struct Shared {
    up: AtomicBool,
    limiter: MemoryRateLimiter,
}

#[async_trait]
impl RateLimiter for Shared {
    async fn take(&self, key: &LimitKey, bucket: Bucket, tokens: u32) -> Result<Taken, PortError> {
        if self.up.load(Ordering::SeqCst) {
            self.limiter.take(key, bucket, tokens).await
        } else {
            Err(PortError::new(ErrorKind::Unavailable, "test"))
        }
    }
}

struct Nodes {
    shared: Arc<Shared>,
    nodes: Vec<FallbackLimiter>,
}

const BUCKET: Bucket = Bucket::new(3, Duration::from_mins(1));

impl Nodes {
    fn new(count: usize, limits: &Limits) -> Self {
        let limiter = || MemoryRateLimiter::new(Arc::new(TestClock::default()), 100);
        let shared = Arc::new(Shared { up: AtomicBool::new(true), limiter: limiter() });
        let node = |_| FallbackLimiter::new(shared.clone(), Arc::new(limiter()), limits.clone());
        Self { nodes: (0..count).map(node).collect(), shared }
    }

    fn up(&self, up: bool) {
        self.shared.up.store(up, Ordering::SeqCst);
    }

    async fn take(&self, node: usize, limit: Limit) -> Result<bool, PortError> {
        let key = LimitKey::new(limit.as_str(), "somebody");
        self.nodes[node].take(&key, BUCKET, 1).await.map(|taken| taken.allowed)
    }

    async fn given(&self, limit: Limit, tries: usize) -> usize {
        let mut given = 0;
        for at in 0..tries {
            given += usize::from(self.take(at % self.nodes.len(), limit).await.unwrap());
        }
        given
    }
}

#[tokio::test]
async fn while_the_backend_answers_all_nodes_share_one_bucket() {
    assert_eq!(Nodes::new(4, &Limits::default()).given(Limit::Reads, 40).await, 3);
}

#[tokio::test]
async fn while_it_is_down_each_node_counts_for_itself() {
    let nodes = Nodes::new(4, &Limits::default());
    nodes.up(false);
    assert_eq!(nodes.given(Limit::Login, 40).await, 4 * 3);
    nodes.up(true);
    assert_eq!(nodes.given(Limit::Login, 40).await, 3, "what was counted apart was not counted together");
}

#[tokio::test]
async fn an_open_limit_lets_in_and_a_closed_one_does_not() {
    let limits = Limits::parse("reads=1/1m/open, login=1/1m/closed").unwrap();
    let nodes = Nodes::new(1, &limits);
    nodes.up(false);
    assert_eq!(nodes.given(Limit::Reads, 40).await, 40);
    assert!(nodes.take(0, Limit::Login).await.unwrap_err().is_transient());
    nodes.up(true);
    assert!(nodes.take(0, Limit::Login).await.unwrap());
}

proptest! {
    #[test]
    fn a_vital_limit_is_never_off_whatever_goes_up_and_down(
        ups in prop::collection::vec(any::<bool>(), 1..60),
        nodes in 1..4_usize,
        chosen in 0..3_usize,
        which in 0..Limit::ALL.len(),
    ) {
        let limit = Limit::ALL[which];
        let then = [WhenDown::Open, WhenDown::Local, WhenDown::Closed][chosen];
        let limits = Limits::default().when_down(limit, then);
        prop_assume!(limits.is_ok() && limit.is_vital());
        let nodes = Nodes::new(nodes, &limits.unwrap());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut given = 0;
        for (at, up) in ups.into_iter().enumerate() {
            nodes.up(up);
            let taken = runtime.block_on(nodes.take(at % nodes.nodes.len(), limit));
            given += usize::from(taken.unwrap_or(false));
        }
        prop_assert!(given <= (nodes.nodes.len() + 1) * BUCKET.capacity as usize);
    }
}
