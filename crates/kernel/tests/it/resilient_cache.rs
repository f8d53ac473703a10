use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use saaskit_conformance::cache::CacheHarness;
use saaskit_conformance::fixtures::{FixedClock, source_at};
use saaskit_kernel::{
    Alarms, Breaker, BreakerSettings, BreakerState, Cache, CacheKey, ErrorKind, PortError, ResilientCache,
};
use saaskit_memory::MemoryCache;

const TTL: Duration = Duration::from_hours(1);

/// A cache that all nodes share, and that can be away.
#[derive(Debug)]
struct Shared {
    away: AtomicBool,
    asked: AtomicUsize,
    cache: MemoryCache,
}

impl Shared {
    fn answers(&self) -> Result<(), PortError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let away = self.away.load(Ordering::SeqCst);
        if away { Err(PortError::new(ErrorKind::TimedOut, "test")) } else { Ok(()) }
    }
}

#[async_trait]
impl Cache for Shared {
    async fn get(&self, key: &CacheKey) -> Result<Option<Vec<u8>>, PortError> {
        self.answers()?;
        self.cache.get(key).await
    }

    async fn set(&self, key: &CacheKey, value: &[u8], ttl: Duration) -> Result<(), PortError> {
        self.answers()?;
        self.cache.set(key, value, ttl).await
    }

    async fn set_if_absent(&self, key: &CacheKey, value: &[u8], ttl: Duration) -> Result<bool, PortError> {
        self.answers()?;
        self.cache.set_if_absent(key, value, ttl).await
    }

    async fn add(&self, key: &CacheKey, amount: i64, ttl: Duration) -> Result<i64, PortError> {
        self.answers()?;
        self.cache.add(key, amount, ttl).await
    }

    async fn remove(&self, keys: &[CacheKey]) -> Result<(), PortError> {
        self.answers()?;
        self.cache.remove(keys).await
    }

    async fn ping(&self) -> Result<(), PortError> {
        self.answers()
    }
}

struct World {
    clock: Arc<FixedClock>,
    shared: Arc<Shared>,
    breaker: Breaker,
    cache: ResilientCache,
}

impl World {
    fn new() -> Self {
        let clock = Arc::new(FixedClock::default());
        let memory = || MemoryCache::new(clock.clone(), 1 << 20);
        let shared = Arc::new(Shared { away: false.into(), asked: 0.into(), cache: memory() });
        let source = source_at(clock.clone());
        let breaker = Breaker::new("cache", BreakerSettings::default(), source, Alarms::default());
        let cache = ResilientCache::new(shared.clone(), Arc::new(memory()), breaker.clone());
        Self { clock, shared, breaker, cache }
    }

    fn away(&self, away: bool) {
        self.shared.away.store(away, Ordering::SeqCst);
    }

    async fn back(&self) {
        self.away(false);
        self.clock.advance(BreakerSettings::default().longest);
        self.cache.recover().await;
        assert_eq!(self.breaker.state(), BreakerState::Closed);
    }

    async fn get(&self, subject: &str) -> Option<Vec<u8>> {
        self.cache.get(&key(subject)).await.unwrap()
    }

    async fn set(&self, subject: &str, value: &str) {
        self.cache.set(&key(subject), value.as_bytes(), TTL).await.unwrap();
    }
}

fn key(subject: &str) -> CacheKey {
    CacheKey::new("test", subject)
}

fn kept(value: &str) -> Vec<u8> {
    value.as_bytes().to_vec()
}

fn harness(away: bool) -> CacheHarness {
    let world = World::new();
    world.away(away);
    CacheHarness { cache: Arc::new(world.cache), time: world.clock }
}

mod while_the_shared_cache_answers {
    saaskit_conformance::cache_suite!(std::future::ready(crate::resilient_cache::harness(false)));
}

mod while_it_is_away {
    saaskit_conformance::cache_suite!(std::future::ready(crate::resilient_cache::harness(true)));
}

#[tokio::test]
async fn what_this_node_kept_is_there_when_the_shared_cache_goes_away() {
    let world = World::new();
    world.set("ana", "1").await;
    assert!(world.cache.set_if_absent(&key("once"), b"me", TTL).await.unwrap());
    assert_eq!(world.cache.add(&key("count"), 2, TTL).await.unwrap(), 2);
    world.away(true);
    assert_eq!(world.get("ana").await, Some(kept("1")));
    assert!(!world.cache.set_if_absent(&key("once"), b"you", TTL).await.unwrap());
    assert_eq!(world.cache.add(&key("count"), 1, TTL).await.unwrap(), 3);
    world.cache.ping().await.unwrap();
}

#[tokio::test]
async fn who_asks_how_the_shared_cache_is_hears_it_at_once_and_so_does_its_breaker() {
    let world = World::new();
    world.cache.ping_shared().await.unwrap();
    world.away(true);
    for state in [BreakerState::Closed, BreakerState::Closed, BreakerState::Open] {
        assert!(world.cache.ping_shared().await.is_err());
        assert_eq!(world.breaker.state(), state);
    }
    assert_eq!((world.breaker.name(), world.breaker.openings()), ("cache", 1));
    world.back().await;
    world.cache.ping_shared().await.unwrap();
    assert_eq!(world.breaker.openings(), 1);
}

#[tokio::test]
async fn after_three_failures_the_shared_cache_is_asked_no_more_until_a_look_in_the_background() {
    let world = World::new();
    world.away(true);
    for _ in 0..50 {
        assert_eq!(world.get("ana").await, None);
    }
    assert_eq!((world.shared.asked.load(Ordering::SeqCst), world.breaker.state()), (3, BreakerState::Open));
    world.cache.recover().await;
    assert_eq!(world.shared.asked.load(Ordering::SeqCst), 3, "its pause is not over");
    world.back().await;
    world.shared.cache.set(&key("ana"), b"theirs", TTL).await.unwrap();
    assert_eq!(world.get("ana").await, Some(kept("theirs")));
}

#[tokio::test]
async fn what_was_changed_meanwhile_is_never_seen_as_it_was_before() {
    let world = World::new();
    for subject in ["changed", "removed", "untouched"] {
        world.set(subject, "old").await;
    }
    world.away(true);
    world.set("changed", "new").await;
    world.cache.remove(&[key("removed")]).await.unwrap();
    assert_eq!((world.get("changed").await, world.get("removed").await), (Some(kept("new")), None));
    world.back().await;
    assert_eq!(world.get("changed").await, None, "the shared cache has forgotten it");
    assert_eq!((world.get("removed").await, world.get("untouched").await), (None, Some(kept("old"))));
}

#[tokio::test]
async fn a_change_that_failed_once_is_made_good_though_nothing_opened() {
    let world = World::new();
    world.set("ana", "old").await;
    world.away(true);
    world.cache.remove(&[key("ana")]).await.unwrap();
    world.away(false);
    assert_eq!((world.breaker.state(), world.get("ana").await), (BreakerState::Closed, None));
    assert!(world.cache.set_if_absent(&key("ana"), b"new", TTL).await.unwrap());
    world.cache.recover().await;
    assert_eq!(world.shared.cache.get(&key("ana")).await.unwrap(), None);
}

#[tokio::test]
async fn changes_that_can_not_be_remembered_fail() {
    let world = World::new();
    world.away(true);
    let keys: Vec<_> = (0..ResilientCache::OWED).map(|number| key(&number.to_string())).collect();
    world.cache.remove(&keys).await.unwrap();
    world.cache.remove(&[key("one more")]).await.unwrap_err();
    world.back().await;
    world.cache.remove(&[key("one more")]).await.unwrap();
}
