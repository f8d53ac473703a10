use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
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

/// How a part is found out to be.
pub struct Check {
    name: &'static str,
    ask: Box<dyn Fn() -> BoxFuture<'static, Result<Condition, PortError>> + Send + Sync>,
}

impl Check {
    /// Of the part of that name; a failure is [`Condition::Unhealthy`].
    pub fn new<A>(name: &'static str, ask: impl Fn() -> A + Send + Sync + 'static) -> Self
    where
        A: Future<Output = Result<Condition, PortError>> + Send + 'static,
    {
        Self { name, ask: Box::new(move || Box::pin(ask())) }
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Check").field(&self.name).finish()
    }
}

/// Asks everything how it is, at most every 5 seconds. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Health(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    checks: Vec<Check>,
    source: Source,
    started: Timestamp,
    draining: AtomicBool,
    last: Mutex<Option<(Timestamp, Report)>>,
}

const KEPT: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(2);
/// Work that is due and waits longer shows that nobody does it.
const LONGEST_WAIT: Duration = Duration::from_mins(5);
/// What the check of the database is called; who minds the database by a breaker calls that one so, too.
pub const DATABASE: &str = "database";
const JOBS: &str = "jobs";

impl Health {
    /// Of that store, that queue and whatever else is there, from now on. Only without the database nothing works.
    pub fn new(
        store: Arc<dyn Store>,
        queue: Arc<dyn WorkQueue>,
        others: impl IntoIterator<Item = Check>,
        source: Source,
    ) -> Self {
        let mut checks = vec![database(store), jobs(queue, source.clone())];
        checks.extend(others);
        let (started, draining) = (source.now(), AtomicBool::new(false));
        Self(Arc::new(Inner { checks, source, started, draining, last: Mutex::default() }))
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
        let Inner { checks, source, started, .. } = &*self.0;
        let components = join_all(checks.iter().map(|check| time(source, check))).await;
        Report {
            status: components.iter().map(|(_, it)| it.status).max().unwrap_or(Condition::Healthy),
            components: components.into_iter().collect(),
            uptime_seconds: source.now().since(*started).as_secs(),
            memory: resident_bytes().map(|resident_bytes| Memory { resident_bytes }),
        }
    }
}

async fn time(source: &Source, check: &Check) -> (&'static str, Component) {
    let begun = source.now();
    let answer = tokio::time::timeout(PATIENCE, (check.ask)()).await;
    let status = answer.ok().and_then(Result::ok).unwrap_or(Condition::Unhealthy);
    // Without its other parts the service still works.
    let worst = if check.name == DATABASE { Condition::Unhealthy } else { Condition::Degraded };
    let latency_ms = u64::try_from(source.now().since(begun).as_millis()).unwrap_or(u64::MAX);
    (check.name, Component { status: status.min(worst), latency_ms })
}

fn database(store: Arc<dyn Store>) -> Check {
    Check::new(DATABASE, move || {
        let store = store.clone();
        async move { store.ping().await.map(|()| Condition::Healthy) }
    })
}

fn jobs(queue: Arc<dyn WorkQueue>, source: Source) -> Check {
    Check::new(JOBS, move || {
        let (queue, now) = (queue.clone(), source.now());
        async move { queue.state(now).await.map(|state| condition(&state, now)) }
    })
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
