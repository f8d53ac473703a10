use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use proptest::prelude::*;
use saaskit_gateway::{FallbackLimiter, Limit, Limits, WhenDown};
use saaskit_kernel::{
    Alarms, Breaker, BreakerSettings, BreakerState, Bucket, Clock as _, ErrorKind, LimitKey, PortError,
    RateLimiter, Source, SystemEntropy, Taken, Timestamp,
};
use saaskit_memory::MemoryRateLimiter;

use crate::world::TestClock;

/// A limiter that all nodes share, and that can be down.
#[derive(Debug)]
struct Shared {
    up: AtomicBool,
    asked: AtomicUsize,
    limiter: MemoryRateLimiter,
}

#[async_trait]
impl RateLimiter for Shared {
    async fn take(&self, key: &LimitKey, bucket: Bucket, tokens: u32) -> Result<Taken, PortError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.up.load(Ordering::SeqCst) {
            self.limiter.take(key, bucket, tokens).await
        } else {
            Err(PortError::new(ErrorKind::Unavailable, "test"))
        }
    }
}

struct Nodes {
    /// What the breakers go by.
    clock: Arc<TestClock>,
    /// What the buckets go by.
    time: Arc<TestClock>,
    shared: Arc<Shared>,
    limiters: Vec<FallbackLimiter>,
    breakers: Vec<Breaker>,
}

const BUCKET: Bucket = Bucket::new(3, Duration::from_mins(1));

impl Nodes {
    fn new(count: usize, limits: &Limits) -> Self {
        let (clock, time) = (Arc::new(TestClock::default()), Arc::new(TestClock::default()));
        let limiter = || MemoryRateLimiter::new(time.clone(), 100);
        let shared = Arc::new(Shared { up: true.into(), asked: 0.into(), limiter: limiter() });
        let source = Source::new(clock.clone(), Arc::new(SystemEntropy));
        let breaker =
            |_| Breaker::new("limits", BreakerSettings::default(), source.clone(), Alarms::default());
        let breakers: Vec<_> = (0..count).map(breaker).collect();
        let node = |breaker: &Breaker| {
            FallbackLimiter::new(shared.clone(), Arc::new(limiter()), limits.clone(), breaker.clone())
        };
        Self { limiters: breakers.iter().map(node).collect(), clock, time, shared, breakers }
    }

    fn up(&self, up: bool) {
        self.shared.up.store(up, Ordering::SeqCst);
    }

    /// The backend answers again, and every node has found out.
    async fn back(&self) {
        self.up(true);
        let now = self.clock.now().since(Timestamp::from_millis(0));
        self.clock.set(now + BreakerSettings::default().longest);
        for breaker in &self.breakers {
            breaker.probe(async { Ok(()) }).await;
            assert_eq!(breaker.state(), BreakerState::Closed);
        }
    }

    async fn take(&self, node: usize, limit: Limit) -> Result<bool, PortError> {
        let key = LimitKey::new(limit.as_str(), "somebody");
        self.limiters[node].take(&key, BUCKET, 1).await.map(|taken| taken.allowed)
    }

    async fn given(&self, limit: Limit, tries: usize) -> usize {
        let mut given = 0;
        for at in 0..tries {
            given += usize::from(self.take(at % self.limiters.len(), limit).await.unwrap());
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
}

#[tokio::test]
async fn a_node_that_begins_to_count_alone_knows_whom_it_let_in_before() {
    let nodes = Nodes::new(4, &Limits::default());
    assert!(nodes.take(0, Limit::Login).await.unwrap());
    assert!(nodes.take(0, Limit::Login).await.unwrap());
    assert!(nodes.take(1, Limit::Login).await.unwrap());
    nodes.up(false);
    assert_eq!(nodes.given(Limit::Login, 40).await, 1 + 2 + 3 + 3, "no more than a bucket a node in all");
}

#[tokio::test]
async fn what_the_backend_refused_costs_nothing_on_the_node() {
    let nodes = Nodes::new(2, &Limits::default());
    assert_eq!(nodes.given(Limit::Reads, 3).await, 3);
    assert_eq!(nodes.given(Limit::Reads, 40).await, 0);
    nodes.up(false);
    assert_eq!(nodes.given(Limit::Reads, 40).await, 2 * 3 - 3);
}

#[tokio::test]
async fn a_backend_that_is_away_is_asked_three_times_and_then_left_alone_until_it_is_back() {
    let nodes = Nodes::new(1, &Limits::default());
    nodes.up(false);
    nodes.given(Limit::Reads, 40).await;
    assert_eq!(nodes.shared.asked.load(Ordering::SeqCst), 3);
    nodes.back().await;
    assert_eq!(nodes.given(Limit::Writes, 40).await, 3);
    assert_eq!(nodes.shared.asked.load(Ordering::SeqCst), 3 + 40);
}

#[tokio::test]
async fn an_open_limit_lets_in_and_a_closed_one_does_not() {
    let limits = Limits::parse("reads=1/1m/open, login=1/1m/closed").unwrap();
    let nodes = Nodes::new(1, &limits);
    nodes.up(false);
    assert_eq!(nodes.given(Limit::Reads, 40).await, 40);
    assert!(nodes.take(0, Limit::Login).await.unwrap_err().is_transient());
    nodes.back().await;
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
            if up { runtime.block_on(nodes.back()) } else { nodes.up(false) }
            let taken = runtime.block_on(nodes.take(at % nodes.limiters.len(), limit));
            given += usize::from(taken.unwrap_or(false));
        }
        prop_assert!(given <= (nodes.limiters.len() + 1) * BUCKET.capacity as usize);
    }

    #[test]
    fn whenever_the_backend_goes_away_no_more_than_a_bucket_a_node_is_let_in_of_all(
        before in prop::collection::vec((0..4_usize, 0..20_000_u64), 0..60),
        after in prop::collection::vec((0..4_usize, 0..20_000_u64), 0..60),
        count in 1..4_usize,
    ) {
        let nodes = Nodes::new(count, &Limits::default());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (mut given, mut passed) = (0, 0);
        let gone = before.len();
        for (at, (node, millis)) in before.into_iter().chain(after).enumerate() {
            nodes.up(at < gone);
            passed += millis;
            nodes.time.set(Duration::from_millis(passed));
            given += u64::from(runtime.block_on(nodes.take(node % count, Limit::Login)).unwrap());
        }
        let window = u64::try_from(BUCKET.window.as_millis()).unwrap();
        let buckets = u64::try_from(count).unwrap() * u64::from(BUCKET.capacity);
        prop_assert!(given * window <= buckets * (window + passed), "{given} in {passed} ms");
    }
}
