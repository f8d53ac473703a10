use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use saaskit_conformance::fixtures::{FixedClock, source_at};
use saaskit_http_axum::Health;
use saaskit_http_axum::health::{Check, Condition};
use saaskit_kernel::{Commit, CommitError, ErrorKind, Job, PortError, Store, Subscriptions, WorkQueue};
use saaskit_memory::MemoryStore;
use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn details_are_for_the_machine_itself() {
    let world = World::new().await;
    let afar = world.get("/health").send().await.expect(200);
    assert_eq!(afar.json(), json!({ "status": "healthy" }));
    let here = world.get("/health").peer("127.0.0.1").send().await.expect(200).json();
    assert_eq!(here["components"]["database"], json!({ "status": "healthy", "latency_ms": 0 }));
    assert_eq!(here["components"]["jobs"]["status"], "healthy");
    assert_eq!(here["uptime_seconds"], 0);
    let proxied = world.get("/health").peer("127.0.0.1").header("x-forwarded-for", "192.0.2.1").send().await;
    assert_eq!(proxied.expect(200).json(), json!({ "status": "healthy" }));
}

#[tokio::test]
async fn a_draining_node_is_alive_and_not_ready() {
    let world = World::new().await;
    for path in ["/health/ready", "/api/v1/health/ready"] {
        assert_eq!(world.get(path).send().await.expect(200).json(), json!({ "status": "healthy" }));
    }
    world.health.drain();
    world.get("/health/ready").send().await.expect(503);
    world.get("/api/v1/health/ready").send().await.expect(503);
    world.get("/health/live").send().await.expect(200);
    world.get("/api/v1/health").send().await.expect(200);
}

/// A store that answers or not, and counts how often it was asked.
#[derive(Debug, Default)]
struct Shaky {
    down: AtomicBool,
    asked: AtomicUsize,
}

#[async_trait]
impl Store for Shaky {
    async fn commit(&self, _: Commit) -> Result<(), CommitError> {
        unreachable!("health only asks")
    }

    async fn ping(&self) -> Result<(), PortError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let refused = || Err(PortError::new(ErrorKind::Unavailable, "shaky"));
        if self.down.load(Ordering::SeqCst) { refused() } else { Ok(()) }
    }
}

#[tokio::test]
async fn without_its_database_a_node_is_not_ready_and_it_is_asked_every_five_seconds_at_most() {
    let clock = Arc::new(FixedClock::default());
    let shaky = Arc::new(Shaky::default());
    let queue = Arc::new(MemoryStore::new(Subscriptions::default()));
    let health = Health::new(shaky.clone(), queue, [], source_at(clock.clone()));
    assert_eq!(health.readiness().await, Condition::Healthy);
    shaky.down.store(true, Ordering::SeqCst);
    clock.advance(Duration::from_millis(4_999));
    assert_eq!(health.readiness().await, Condition::Healthy);
    assert_eq!(shaky.asked.load(Ordering::SeqCst), 1);
    clock.advance(Duration::from_millis(1));
    assert_eq!(health.readiness().await, Condition::Unhealthy);
    assert_eq!(health.report().await.status, Condition::Unhealthy);
    assert_eq!(shaky.asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn work_that_waits_too_long_is_a_degradation_and_no_reason_to_stay_away() {
    let clock = Arc::new(FixedClock::default());
    let source = source_at(clock.clone());
    let memory = Arc::new(MemoryStore::new(Subscriptions::default()));
    let health = Health::new(memory.clone(), memory.clone(), [], source.clone());
    let job = Job::now(&source, "nobody.does_this", None, json!({}));
    memory.commit(Commit::new().enqueue(job)).await.unwrap();
    let now = source.now();
    memory.claim(now, now, 0).await.unwrap();
    clock.advance(Duration::from_mins(5));
    assert_eq!(health.report().await.status, Condition::Healthy);
    clock.advance(Duration::from_secs(5));
    let report = health.report().await;
    assert_eq!((report.status, report.components["jobs"].status), (Condition::Degraded, Condition::Degraded));
    assert_eq!(health.readiness().await, Condition::Healthy);
}

#[tokio::test(start_paused = true)]
async fn what_else_is_broken_or_silent_is_a_degradation_and_no_reason_to_stay_away() {
    let memory = Arc::new(MemoryStore::new(Subscriptions::default()));
    let checks = [
        Check::new("well", async || Ok(Condition::Healthy)),
        Check::new("broken", async || Err(PortError::new(ErrorKind::Unavailable, "test"))),
        Check::new("silent", std::future::pending),
    ];
    let health = Health::new(memory.clone(), memory, checks, source_at(Arc::new(FixedClock::default())));
    let report = health.report().await;
    let found: Vec<_> = report.components.iter().map(|(name, it)| (*name, it.status)).collect();
    let expected = [
        ("broken", Condition::Degraded),
        ("database", Condition::Healthy),
        ("jobs", Condition::Healthy),
        ("silent", Condition::Degraded),
        ("well", Condition::Healthy),
    ];
    assert_eq!((report.status, found.as_slice()), (Condition::Degraded, expected.as_slice()));
    assert_eq!(health.readiness().await, Condition::Healthy);
}
