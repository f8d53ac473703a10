use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use saaskit_kernel::{PortError, Source, Store, Timestamp, WorkQueue, WorkState};
use serde::Serialize;
use tokio::sync::Mutex;
use utoipa::ToSchema;

/// How well something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    /// All is well.
    Healthy,
    /// It works, and something should be looked at.
    Degraded,
    /// It does not work.
    Unhealthy,
}

/// How everything is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Report {
    /// The whole.
    pub status: Condition,
    /// Its parts.
    pub components: BTreeMap<&'static str, Component>,
    /// Since the process was started, in seconds.
    pub uptime_seconds: u64,
    /// What the process holds, where the system says.
    pub memory: Option<Memory>,
}

/// How one part is.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct Component {
    /// The part.
    pub status: Condition,
    /// How long asking it took, in milliseconds.
    pub latency_ms: u64,
}

/// What the process holds.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct Memory {
    /// In memory, in bytes.
    pub resident_bytes: u64,
}

/// Asks everything how it is, at most every 5 seconds. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Health(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Arc<dyn Store>,
    queue: Arc<dyn WorkQueue>,
    source: Source,
    started: Timestamp,
    draining: AtomicBool,
    last: Mutex<Option<(Timestamp, Report)>>,
}

const KEPT: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(2);
/// Work that is due and waits longer shows that nobody does it.
const LONGEST_WAIT: Duration = Duration::from_mins(5);
const DATABASE: &str = "database";
const JOBS: &str = "jobs";

impl Health {
    /// Of that store and that queue, from now on.
    pub fn new(store: Arc<dyn Store>, queue: Arc<dyn WorkQueue>, source: Source) -> Self {
        let started = source.now();
        Self(Arc::new(Inner {
            store,
            queue,
            source,
            started,
            draining: AtomicBool::new(false),
            last: Mutex::default(),
        }))
    }

    /// From now on nothing new should be sent here.
    pub fn drain(&self) {
        self.0.draining.store(true, Ordering::Release);
    }

    /// Whether requests should be sent here.
    pub async fn readiness(&self) -> Condition {
        if self.0.draining.load(Ordering::Acquire) {
            return Condition::Unhealthy;
        }
        let report = self.report().await;
        report.components.get(DATABASE).map_or(Condition::Unhealthy, |database| database.status)
    }

    /// How everything is, or was within the last 5 seconds.
    pub async fn report(&self) -> Report {
        let mut last = self.0.last.lock().await;
        let now = self.0.source.now();
        match &*last {
            Some((at, report)) if *at <= now && now.since(*at) < KEPT => report.clone(),
            _ => last.insert((now, self.ask().await)).1.clone(),
        }
    }

    async fn ask(&self) -> Report {
        let Inner { store, queue, source, started, .. } = &*self.0;
        let (database, jobs) = tokio::join!(
            time(source, store.ping(), |()| Condition::Healthy),
            time(source, queue.state(source.now()), |state| condition(&state, source.now())),
        );
        // Without jobs the rest still works.
        let jobs = Component { status: jobs.status.min(Condition::Degraded), ..jobs };
        Report {
            status: database.status.max(jobs.status),
            components: BTreeMap::from([(DATABASE, database), (JOBS, jobs)]),
            uptime_seconds: source.now().since(*started).as_secs(),
            memory: resident_bytes().map(|resident_bytes| Memory { resident_bytes }),
        }
    }
}

async fn time<T>(
    source: &Source,
    question: impl Future<Output = Result<T, PortError>>,
    judge: impl FnOnce(T) -> Condition,
) -> Component {
    let begun = source.now();
    let answer = tokio::time::timeout(PATIENCE, question).await;
    let status = answer.ok().and_then(Result::ok).map_or(Condition::Unhealthy, judge);
    let took = source.now().since(begun).as_millis();
    Component { status, latency_ms: u64::try_from(took).unwrap_or(u64::MAX) }
}

fn condition(state: &WorkState, now: Timestamp) -> Condition {
    let late = state.oldest_ready.is_some_and(|due| now.since(due) > LONGEST_WAIT);
    if late || state.buried > 0 { Condition::Degraded } else { Condition::Healthy }
}

/// What Linux says of this process; elsewhere nothing.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}
