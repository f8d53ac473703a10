use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use saaskit_http_axum::metrics::{Metric, Metrics, Requests};
use saaskit_kernel::{
    Breaker, BreakerState, Connections, Freshness, Secret, Source, Store, Timestamp, WorkQueue, WorkState,
};
use tokio::sync::Mutex;

use super::deeds::Deeds;

type Level<const N: usize> = Family<[(&'static str, &'static str); N], Gauge<f64, AtomicU64>>;

const BREAKER_STATE: Metric = Metric::gauge(
    "saaskit_breaker_state",
    &["backend"],
    "0: it is asked; 1: one call looks whether it is back; 2: it is away and not asked",
);
const BREAKER_OPENINGS: Metric = Metric::counter(
    "saaskit_breaker_openings_total",
    &["backend"],
    "How often it was found to be away; cache: so often the node went on with its own cache and limits",
);
const JOBS: Metric = Metric::gauge(
    "saaskit_jobs",
    &["state"],
    "Jobs that are ready, waiting (being done, to be tried again, due later) or buried (given up); NaN: not known now",
);
const OLDEST_JOB: Metric =
    Metric::gauge("saaskit_jobs_oldest_ready_seconds", &[], "For how long the oldest ready job is due");
const LAG: Metric = Metric::gauge(
    "saaskit_signals_lag_seconds",
    &[],
    "How long ago this node heard all that any node ended; from 1 on it asks the database instead of its memory",
);
const CONNECTIONS: Metric = Metric::gauge(
    "saaskit_database_connections",
    &["state"],
    "Connections to the database that are in_use or idle",
);

/// What is looked at when somebody wants to know.
const LOOKED_AT: [Metric; 6] = [BREAKER_STATE, BREAKER_OPENINGS, JOBS, OLDEST_JOB, LAG, CONNECTIONS];

/// Everything that is counted.
pub fn metrics() -> Vec<Metric> {
    [&Requests::METRICS[..], &LOOKED_AT, &Deeds::METRICS].concat()
}

/// Jobs are counted by a question to the database: not more often than this, and it is not waited for any longer.
const JOBS_EVERY: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(1);

/// What is looked at: whom to ask, and what they said last.
#[derive(Debug)]
pub(super) struct Meters {
    pub(super) breakers: Vec<Breaker>,
    pub(super) store: Arc<dyn Store>,
    pub(super) queue: Arc<dyn WorkQueue>,
    pub(super) freshness: Freshness,
    pub(super) source: Source,
}

#[derive(Debug, Default)]
struct Seen {
    breaker_state: Level<1>,
    breaker_openings: Family<[(&'static str, &'static str); 1], Counter>,
    jobs: Level<1>,
    oldest_job: Gauge<f64, AtomicU64>,
    lag: Gauge<f64, AtomicU64>,
    connections: Level<1>,
    jobs_at: Mutex<Option<Timestamp>>,
}

type CountOf = fn(&WorkState) -> u64;

impl Meters {
    /// All metrics, those of `requests` and `deeds` too, for who shows the token.
    pub(super) fn into_metrics(self, requests: &Requests, deeds: &Deeds, token: Option<Secret>) -> Metrics {
        let mut registry = Registry::default();
        requests.register(&mut registry);
        deeds.register(&mut registry);
        let seen = Seen::default();
        BREAKER_STATE.register(&mut registry, seen.breaker_state.clone());
        BREAKER_OPENINGS.register(&mut registry, seen.breaker_openings.clone());
        JOBS.register(&mut registry, seen.jobs.clone());
        OLDEST_JOB.register(&mut registry, seen.oldest_job.clone());
        LAG.register(&mut registry, seen.lag.clone());
        CONNECTIONS.register(&mut registry, seen.connections.clone());
        let looking = Arc::new((self, seen));
        Metrics::new(registry, token, move || {
            let looking = looking.clone();
            async move {
                let (meters, seen) = &*looking;
                meters.look(seen).await;
            }
        })
    }

    async fn look(&self, seen: &Seen) {
        let now = self.source.now();
        for breaker in &self.breakers {
            seen.breaker(breaker);
        }
        // Nothing was heard yet: for as long as one can say.
        seen.lag.set(self.freshness.lag(now).map_or(f64::INFINITY, |lag| lag.as_secs_f64()));
        if let Some(connections) = self.store.connections() {
            seen.connections(connections);
        }
        let mut jobs_at = seen.jobs_at.lock().await;
        if jobs_at.is_none_or(|at| now < at || now.since(at) >= JOBS_EVERY) {
            let asked = tokio::time::timeout(PATIENCE, self.queue.state(now)).await;
            seen.jobs(asked.ok().and_then(Result::ok), now);
            *jobs_at = Some(now);
        }
    }
}

impl Seen {
    fn breaker(&self, breaker: &Breaker) {
        let backend = [("backend", breaker.name())];
        let state = match breaker.state() {
            BreakerState::Closed => 0.0,
            BreakerState::HalfOpen => 1.0,
            BreakerState::Open => 2.0,
        };
        self.breaker_state.get_or_create_owned(&backend).set(state);
        let openings = self.breaker_openings.get_or_create_owned(&backend);
        openings.inner().fetch_max(breaker.openings(), Ordering::Relaxed);
    }

    #[expect(clippy::cast_precision_loss, reason = "nobody has so many jobs")]
    fn jobs(&self, state: Option<WorkState>, now: Timestamp) {
        let number = |of: CountOf| state.as_ref().map_or(f64::NAN, |state| of(state) as f64);
        let all: [(&str, CountOf); 3] = [
            ("ready", |state| state.ready),
            ("waiting", |state| state.waiting),
            ("buried", |state| state.buried),
        ];
        for (name, of) in all {
            self.jobs.get_or_create_owned(&[("state", name)]).set(number(of));
        }
        let due = |state: WorkState| state.oldest_ready.map_or(0.0, |due| now.since(due).as_secs_f64());
        self.oldest_job.set(state.map_or(f64::NAN, due));
    }

    fn connections(&self, connections: Connections) {
        for (name, number) in [("in_use", connections.in_use), ("idle", connections.idle)] {
            self.connections.get_or_create_owned(&[("state", name)]).set(number.into());
        }
    }
}

/// The rows of a table of everything that is counted.
pub fn metrics_table() -> String {
    let row = |metric: &Metric| {
        let labels: Vec<_> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
        format!("| `{}` | {} | {} | {} |\n", metric.name, metric.kind, labels.join(", "), metric.about)
    };
    metrics().iter().map(row).collect()
}
