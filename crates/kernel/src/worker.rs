use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt;
use futures_util::future::join_all;

use crate::{
    Backoff, Call, Claimed, Commit, CommitError, ErrorContext, ErrorReporter, Guard, Job, JobId, Lease,
    OnlyLogged, PortError, Source, Store, WorkQueue,
};

/// Why a handler did not do its job.
#[derive(Debug, thiserror::Error)]
pub enum HandlerError {
    /// Another try may help.
    #[error("to be tried again")]
    Again(#[source] PortError),
    /// No try will help.
    #[error("given up: {0}")]
    Never(&'static str),
}

impl From<PortError> for HandlerError {
    fn from(error: PortError) -> Self {
        Self::Again(error)
    }
}

/// Does jobs of one kind.
#[async_trait]
pub trait Handler: std::fmt::Debug + Send + Sync + 'static {
    /// The kind: `notify.send`.
    fn kind(&self) -> &'static str;

    /// Does the job and gives the commit that says so. The worker adds the finish to it, so that a second
    /// delivery finds the job finished. May be called again for one job: effects outside carry a key.
    async fn handle(&self, call: &Call, job: &Job, attempt: Attempt) -> Result<Commit, HandlerError>;
}

/// Which try of a job this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// From 1.
    pub number: u32,
    /// Whether there will be no other that counts.
    pub is_last: bool,
    /// Whether it does not count if the other side is not asked: so while the job is young.
    pub is_excused: bool,
}

impl Attempt {
    /// Whether nothing will be tried after that failure: time to say that it failed.
    pub fn ends_by(&self, failure: &PortError) -> bool {
        let counts = failure.was_asked() || !self.is_excused;
        !failure.is_transient() || self.is_last && counts
    }
}

/// How a [`Worker`] works.
#[derive(Debug, Clone, Copy)]
pub struct WorkerSettings {
    /// Jobs at once.
    pub batch: u32,
    /// How long a lease lasts; renewed at half time while the work goes on.
    pub lease: Duration,
    /// After this a job's try is given up.
    pub timeout: Duration,
    /// When a failed job is tried again.
    pub backoff: Backoff,
    /// How long after it was due a job waits for whoever is not asked, its tries not counted.
    pub patience: Duration,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self {
            batch: 16,
            lease: Duration::from_secs(30),
            timeout: Duration::from_mins(2),
            backoff: Backoff { first: Duration::from_secs(1), longest: Duration::from_hours(1), tries: 12 },
            patience: Duration::from_hours(24),
        }
    }
}

/// What one tick did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tick {
    /// Jobs claimed.
    pub claimed: usize,
    /// Of these, finished.
    pub finished: usize,
}

/// Claims work and hands it to handlers. It never waits for work: whoever drives it decides when to ask again,
/// so that tests can.
#[derive(Debug, Clone)]
pub struct Worker {
    queue: Arc<dyn WorkQueue>,
    store: Arc<dyn Store>,
    source: Source,
    handlers: Arc<HashMap<&'static str, Arc<dyn Handler>>>,
    settings: WorkerSettings,
    reporter: Arc<dyn ErrorReporter>,
}

impl Worker {
    /// A worker with these handlers.
    pub fn new(
        queue: Arc<dyn WorkQueue>,
        store: Arc<dyn Store>,
        source: Source,
        handlers: impl IntoIterator<Item = Arc<dyn Handler>>,
        settings: WorkerSettings,
    ) -> Self {
        let handlers = handlers.into_iter().map(|handler| (handler.kind(), handler)).collect();
        let reporter = Arc::new(OnlyLogged);
        Self { queue, store, source, handlers: Arc::new(handlers), settings, reporter }
    }

    /// The same, handing what it gives up to whoever collects errors.
    #[must_use]
    pub fn with_reporter(mut self, reporter: Arc<dyn ErrorReporter>) -> Self {
        self.reporter = reporter;
        self
    }

    /// Does the work that is due now, one batch of it. Dropping the future leaves leases to end by themselves.
    pub async fn tick(&self) -> Result<Tick, PortError> {
        let now = self.source.now();
        let claimed = self.queue.claim(now, now.plus(self.settings.lease), self.settings.batch).await?;
        let done = join_all(claimed.iter().map(|claimed| self.run(claimed))).await;
        Ok(Tick { claimed: claimed.len(), finished: done.into_iter().filter(|done| *done).count() })
    }

    async fn run(&self, claimed: &Claimed) -> bool {
        // Asked once: the handler and what becomes of its failure go by the same answer.
        let is_excused = self.is_excused(claimed);
        let done = self.attempt(claimed, is_excused).await;
        let settled = match done {
            Ok(()) => return true,
            Err(Failure::Lost) => Ok(false),
            Err(Failure::Unasked(why, wait)) if is_excused => self.excuse(claimed, &why, wait).await,
            Err(Failure::Again(why, wait) | Failure::Unasked(why, wait)) => {
                self.put_off(claimed, &why, wait).await
            }
            Err(Failure::Never(why)) => self.bury(claimed, &why).await,
        };
        match settled {
            Ok(true) => {}
            Ok(false) => {
                tracing::info!(job = %claimed.job.id, kind = claimed.job.kind, "another worker has the job now");
            }
            Err(error) => {
                tracing::warn!(job = %claimed.job.id, error = &error as &dyn std::error::Error, "the job's fate could not be stored; its lease will end");
            }
        }
        false
    }

    async fn attempt(&self, claimed: &Claimed, is_excused: bool) -> Result<(), Failure> {
        let job = &claimed.job;
        let (number, most) = (claimed.tried(), self.settings.backoff.tries);
        if number > most {
            return Err(Failure::Never("every worker that took it died".into()));
        }
        let handler = self
            .handlers
            .get(job.kind.as_str())
            .ok_or_else(|| Failure::Never("no handler of this kind".into()))?;
        let attempt = Attempt { number, is_last: number == most, is_excused };
        let call = Call::of_work(handler.kind(), &self.source);
        let work = AssertUnwindSafe(handler.handle(&call, job, attempt)).catch_unwind();
        let commit = tokio::select! {
            answer = tokio::time::timeout(self.settings.timeout, work) => match answer {
                Ok(Ok(Ok(commit))) => commit,
                Ok(Ok(Err(error))) => return Err(error.into()),
                Ok(Err(_panic)) => return Err(Failure::Again("the handler panicked".into(), None)),
                Err(_elapsed) => return Err(Failure::Again("the handler took too long".into(), None)),
            },
            () = self.keep(claimed.lease) => return Err(Failure::Lost),
        };
        self.store.commit(commit.finish(claimed.lease)).await.map_err(Failure::from)
    }

    /// Renews the lease at half time, for as long as it is held.
    async fn keep(&self, lease: Lease) {
        loop {
            tokio::time::sleep(self.settings.lease / 2).await;
            if let Ok(false) = self.queue.renew(lease, self.source.now().plus(self.settings.lease)).await {
                return;
            }
        }
    }

    async fn put_off(&self, claimed: &Claimed, why: &str, wait: Option<Duration>) -> Result<bool, PortError> {
        let (lease, now) = (claimed.lease, self.source.now());
        let Some(backoff) = self.settings.backoff.after(claimed.tried(), &self.source) else {
            return self.bury(claimed, why).await;
        };
        tracing::warn!(job = %lease.job, attempt = lease.attempt, why, "a job will be tried again");
        self.queue.put_off(lease, now.plus(backoff.max(wait.unwrap_or_default())), why).await
    }

    /// Whether a try that is not made does not count: so while the job is young.
    fn is_excused(&self, claimed: &Claimed) -> bool {
        self.source.now().since(claimed.job.due_at) < self.settings.patience
    }

    /// Nobody was asked, so nothing was tried: it costs none of the tries.
    async fn excuse(&self, claimed: &Claimed, why: &str, wait: Option<Duration>) -> Result<bool, PortError> {
        tracing::debug!(job = %claimed.job.id, why, "a job waits for whoever is not asked now");
        let wait = wait.unwrap_or(self.settings.backoff.first);
        self.queue.excuse(claimed.lease, self.source.now().plus(wait), why).await
    }

    async fn bury(&self, claimed: &Claimed, why: &str) -> Result<bool, PortError> {
        tracing::error!(job = %claimed.job.id, kind = claimed.job.kind, why, "a job was given up");
        let operation = Some(claimed.job.kind.clone());
        let given_up = GivenUp { job: claimed.job.id, why: why.to_owned() };
        self.reporter.report(&given_up, &ErrorContext { request: None, operation });
        self.queue.bury(claimed.lease, self.source.now(), why).await
    }
}

/// What is reported of a job that is tried no more.
#[derive(Debug, thiserror::Error)]
#[error("a job was given up: {why} ({job})")]
struct GivenUp {
    job: JobId,
    why: String,
}

enum Failure {
    Lost,
    Again(String, Option<Duration>),
    /// The other side was not asked.
    Unasked(String, Option<Duration>),
    Never(String),
}

impl From<HandlerError> for Failure {
    fn from(error: HandlerError) -> Self {
        match error {
            HandlerError::Again(port) if !port.was_asked() => Self::Unasked(chain(&port), port.retry_after()),
            HandlerError::Again(port) if port.is_transient() => Self::Again(chain(&port), port.retry_after()),
            HandlerError::Again(port) => Self::Never(chain(&port)),
            HandlerError::Never(why) => Self::Never(why.to_owned()),
        }
    }
}

impl From<CommitError> for Failure {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Refused(Guard::LEASE) => Self::Lost,
            CommitError::Misuse(misuse) => Self::Never(misuse.to_string()),
            // What was to be done has been done: that its end can't be stored excuses no try.
            CommitError::Port(port) if port.is_transient() => Self::Again(chain(&port), port.retry_after()),
            CommitError::Port(port) => Self::Never(chain(&port)),
            other => Self::Again(other.to_string(), None),
        }
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
