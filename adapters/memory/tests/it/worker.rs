//! The kernel's worker, on memory.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use saaskit_auth::port::Users;
use saaskit_auth::write::{AuthWrite, UserWrite};
use saaskit_conformance::fixtures::{FixedClock, job, source_at, user};
use saaskit_kernel::{
    Attempt, Backoff, Call, Claimed, Commit, CommitError, ErrorKind, Handler, HandlerError, Job, PortError,
    Source, Store, Subscriptions, Tick, WorkQueue, WorkState, Worker, WorkerSettings,
};
use saaskit_memory::{MemoryErrorReporter, MemoryStore};

const SETTINGS: WorkerSettings = WorkerSettings {
    batch: 16,
    lease: Duration::from_secs(30),
    timeout: Duration::from_mins(2),
    backoff: Backoff { first: Duration::from_secs(8), longest: Duration::from_mins(1), tries: 3 },
    patience: Duration::from_hours(24),
};
const IDLE: Tick = Tick { claimed: 0, finished: 0 };
const FINISHED: Tick = Tick { claimed: 1, finished: 1 };
const UNFINISHED: Tick = Tick { claimed: 1, finished: 0 };

/// What a handler does on one try.
#[derive(Debug)]
enum Try {
    /// Registers an account of that name.
    Register(&'static str),
    /// Gives a commit that is a bug.
    Misuse,
    Fail(ErrorKind),
    FailUntil(Duration),
    /// Is refused by who keeps it from asking, for so long.
    NotAsk(Duration),
    Never,
    Panic,
    Hang,
    /// Works so long, in steps that a lease survives, and then registers.
    WorkFor(Duration),
    /// Stands still for longer than its lease; meanwhile another worker takes the job. Then registers.
    LoseTheLease,
    /// The same, and never comes back.
    LoseTheLeaseAndHang,
}

/// A handler of the fixtures' jobs that does one try after the other, in a world of its own.
#[derive(Debug)]
struct World {
    store: Arc<MemoryStore>,
    clock: Arc<FixedClock>,
    source: Source,
    tries: Mutex<VecDeque<Try>>,
    seen: Mutex<Vec<Attempt>>,
}

#[async_trait]
impl Handler for World {
    fn kind(&self) -> &'static str {
        "conformance.work"
    }

    async fn handle(&self, _: &Call, job: &Job, attempt: Attempt) -> Result<Commit, HandlerError> {
        self.seen.lock().unwrap().push(attempt);
        let next = self.tries.lock().unwrap().pop_front().expect("a try that was foreseen");
        let port = |kind| PortError::new(kind, "world");
        match next {
            Try::Register(name) => Ok(self.register(name)),
            Try::Misuse => {
                Ok(self.register("ana").and(self.register("ana")).across_tenants().finish(lost(job)))
            }
            Try::Fail(kind) => Err(port(kind).into()),
            Try::FailUntil(wait) => Err(port(ErrorKind::Throttled).after(wait).into()),
            Try::NotAsk(wait) => Err(port(ErrorKind::Unavailable).after(wait).unasked().into()),
            Try::Never => Err(HandlerError::Never("it makes no sense")),
            Try::Panic => panic!("a bug"),
            Try::Hang => std::future::pending().await,
            Try::WorkFor(time) => {
                self.work_for(time).await;
                Ok(self.register("ana"))
            }
            Try::LoseTheLease => {
                self.lose_the_lease().await;
                Ok(self.register("ana"))
            }
            Try::LoseTheLeaseAndHang => {
                self.lose_the_lease().await;
                std::future::pending().await
            }
        }
    }
}

fn lost(job: &Job) -> saaskit_kernel::Lease {
    saaskit_kernel::Lease { job: job.id, attempt: 99 }
}

impl World {
    fn new(tries: impl IntoIterator<Item = Try>) -> Arc<Self> {
        let clock = Arc::new(FixedClock::default());
        Arc::new(Self {
            store: Arc::new(MemoryStore::new(Subscriptions::default())),
            source: source_at(clock.clone()),
            clock,
            tries: Mutex::new(tries.into_iter().collect()),
            seen: Mutex::default(),
        })
    }

    /// A world with one job, and the worker that is to do it.
    async fn with_a_job(tries: impl IntoIterator<Item = Try>) -> (Arc<Self>, Worker) {
        let world = Self::new(tries);
        world.ask(job(&world.source, None)).await;
        (world.clone(), world.worker())
    }

    fn worker(self: &Arc<Self>) -> Worker {
        let handlers: [Arc<dyn Handler>; 1] = [self.clone()];
        Worker::new(self.store.clone(), self.store.clone(), self.source.clone(), handlers, SETTINGS)
    }

    async fn ask(&self, job: Job) {
        self.store.commit(Commit::new().enqueue(job)).await.unwrap();
    }

    fn register(&self, name: &str) -> Commit {
        Commit::new().write(AuthWrite::from(UserWrite::Insert(user(&self.source, name))))
    }

    async fn is_registered(&self, name: &str) -> bool {
        let email = saaskit_conformance::fixtures::email(name);
        self.store.user_by_email(&email).await.unwrap().is_some()
    }

    async fn claim(&self) -> Vec<Claimed> {
        let now = saaskit_kernel::Clock::now(&*self.clock);
        self.store.claim(now, now.plus(SETTINGS.lease), 10).await.unwrap()
    }

    async fn work_for(&self, time: Duration) {
        let step = Duration::from_secs(5);
        for _ in 0..time.as_secs() / step.as_secs() {
            tokio::time::sleep(step).await;
            self.clock.advance(step);
            assert_eq!(self.claim().await, [], "a job that is being done is nobody else's");
        }
    }

    async fn lose_the_lease(&self) {
        self.clock.advance(SETTINGS.lease);
        assert_eq!(self.claim().await.len(), 1);
    }

    async fn state(&self) -> WorkState {
        WorkQueue::state(&*self.store, saaskit_kernel::Clock::now(&*self.clock)).await.unwrap()
    }

    fn attempts(&self) -> Vec<(u32, bool)> {
        self.seen.lock().unwrap().iter().map(|attempt| (attempt.number, attempt.is_last)).collect()
    }
}

const NOTHING_LEFT: WorkState = WorkState { ready: 0, waiting: 0, buried: 0, oldest_ready: None };
const BURIED: WorkState = WorkState { buried: 1, ..NOTHING_LEFT };
const WAITING: WorkState = WorkState { waiting: 1, ..NOTHING_LEFT };

#[tokio::test(start_paused = true)]
async fn a_handlers_commit_finishes_its_job() {
    let (world, worker) = World::with_a_job([Try::Register("ana")]).await;
    assert_eq!(worker.tick().await.unwrap(), FINISHED);
    assert!(world.is_registered("ana").await);
    assert_eq!(world.state().await, NOTHING_LEFT);
    world.clock.advance(SETTINGS.lease);
    assert_eq!(worker.tick().await.unwrap(), IDLE);
}

#[tokio::test(start_paused = true)]
async fn a_failing_handler_is_tried_again_after_a_wait_that_doubles() {
    let (world, worker) =
        World::with_a_job([ErrorKind::Unavailable, ErrorKind::TimedOut].map(Try::Fail)).await;
    world.tries.lock().unwrap().push_back(Try::Register("ana"));
    for (too_short, the_rest) in [(3999, 4001), (7999, 8001)] {
        assert_eq!(worker.tick().await.unwrap(), UNFINISHED);
        world.clock.advance(Duration::from_millis(too_short));
        assert_eq!(worker.tick().await.unwrap(), IDLE);
        world.clock.advance(Duration::from_millis(the_rest));
    }
    assert_eq!(worker.tick().await.unwrap(), FINISHED);
    assert_eq!(world.attempts(), [(1, false), (2, false), (3, true)]);
    assert!(world.is_registered("ana").await);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_handler_waits_as_long_as_it_was_told_to() {
    let told = Duration::from_secs(500);
    let (world, worker) = World::with_a_job([Try::FailUntil(told), Try::Register("ana")]).await;
    assert_eq!(worker.tick().await.unwrap(), UNFINISHED);
    world.clock.advance(Duration::from_secs(499));
    assert_eq!(worker.tick().await.unwrap(), IDLE);
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(worker.tick().await.unwrap(), FINISHED);
}

#[tokio::test(start_paused = true)]
async fn who_may_not_ask_waits_until_it_may_and_loses_no_try() {
    let wait = Duration::from_mins(1);
    let refusals = (0..10).map(|_| Try::NotAsk(wait));
    let (world, worker) = World::with_a_job(refusals.chain([Try::Register("ana")])).await;
    for _ in 0..10 {
        assert_eq!(worker.tick().await.unwrap(), UNFINISHED);
        world.clock.advance(wait.saturating_sub(Duration::from_millis(1)));
        assert_eq!(worker.tick().await.unwrap(), IDLE);
        world.clock.advance(Duration::from_millis(1));
    }
    assert_eq!(worker.tick().await.unwrap(), FINISHED);
    assert_eq!(world.attempts(), vec![(1, false); 11]);
    assert!(world.is_registered("ana").await);
}

#[tokio::test(start_paused = true)]
async fn who_may_not_ask_for_too_long_loses_its_tries() {
    let (world, worker) = World::with_a_job((0..4).map(|_| Try::NotAsk(SETTINGS.patience))).await;
    for _ in 0..4 {
        assert_eq!(worker.tick().await.unwrap(), UNFINISHED);
        world.clock.advance(SETTINGS.patience);
    }
    assert_eq!(world.attempts(), [(1, false), (1, false), (2, false), (3, true)]);
    assert_eq!(world.state().await, BURIED);
}

/// A store whose breaker keeps everybody from asking.
#[derive(Debug)]
struct Away;

#[async_trait]
impl Store for Away {
    async fn commit(&self, _: Commit) -> Result<(), CommitError> {
        Err(PortError::new(ErrorKind::Unavailable, "world").unasked().into())
    }

    async fn ping(&self) -> Result<(), PortError> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_done_and_could_not_be_stored_was_a_try() {
    let (world, _) = World::with_a_job([Try::Register("ana"), Try::Register("ana")]).await;
    let handlers: [Arc<dyn Handler>; 1] = [world.clone()];
    let worker = Worker::new(world.store.clone(), Arc::new(Away), world.source.clone(), handlers, SETTINGS);
    for _ in 0..2 {
        assert_eq!(worker.tick().await.unwrap(), UNFINISHED);
        world.clock.advance(SETTINGS.backoff.longest * 2);
    }
    assert_eq!(world.attempts(), [(1, false), (2, false)]);
}

#[tokio::test(start_paused = true)]
async fn a_panicking_handler_is_tried_again() {
    let (world, worker) = World::with_a_job([Try::Panic, Try::Register("ana")]).await;
    assert_eq!(worker.tick().await.unwrap(), UNFINISHED);
    world.clock.advance(SETTINGS.backoff.first);
    assert_eq!(worker.tick().await.unwrap(), FINISHED);
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_takes_too_long_is_tried_again() {
    let (world, worker) = World::with_a_job([Try::Hang, Try::Register("ana")]).await;
    assert_eq!(worker.tick().await.unwrap(), UNFINISHED);
    assert_eq!(world.state().await, WAITING);
    world.clock.advance(SETTINGS.backoff.first);
    assert_eq!(worker.tick().await.unwrap(), FINISHED);
}

#[tokio::test(start_paused = true)]
async fn a_failing_job_does_not_hold_up_the_others() {
    let (world, worker) = World::with_a_job([Try::Panic, Try::Register("ana"), Try::Register("bob")]).await;
    for _ in 0..2 {
        world.ask(job(&world.source, Some(world.source.id()))).await;
    }
    assert_eq!(worker.tick().await.unwrap(), Tick { claimed: 3, finished: 2 });
    assert!(world.is_registered("ana").await && world.is_registered("bob").await);
}

#[tokio::test(start_paused = true)]
async fn a_job_of_an_unknown_kind_is_buried() {
    let world = World::new([]);
    world.ask(Job { kind: "conformance.unknown".to_owned(), ..job(&world.source, None) }).await;
    assert_eq!(world.worker().tick().await.unwrap(), UNFINISHED);
    assert_eq!(world.state().await, BURIED);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_no_try_can_help_is_buried() {
    for hopeless in
        [Try::Fail(ErrorKind::Rejected), Try::Fail(ErrorKind::Unexpected), Try::Never, Try::Misuse]
    {
        let (world, worker) = World::with_a_job([hopeless]).await;
        let reporter = Arc::new(MemoryErrorReporter::default());
        let worker = worker.with_reporter(reporter.clone());
        assert_eq!(worker.tick().await.unwrap(), UNFINISHED);
        assert_eq!(world.state().await, BURIED);
        let [report] = &reporter.reports()[..] else { panic!("what is given up is reported once") };
        assert_eq!(report.context.operation.as_deref(), Some("conformance.work"));
        assert!(report.says[0].starts_with("a job was given up: "), "{report:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_is_buried_when_its_tries_are_used_up() {
    let (world, worker) =
        World::with_a_job([Try::Panic, Try::Fail(ErrorKind::Unavailable), Try::Panic]).await;
    let reporter = Arc::new(MemoryErrorReporter::default());
    let worker = worker.with_reporter(reporter.clone());
    for _ in 0..3 {
        assert_eq!(worker.tick().await.unwrap(), UNFINISHED);
        world.clock.advance(SETTINGS.backoff.longest);
    }
    assert_eq!(world.attempts(), [(1, false), (2, false), (3, true)]);
    assert_eq!(world.state().await, BURIED);
    assert_eq!(reporter.reports().len(), 1, "a try that may be made again is no error to mend");
    assert_eq!(worker.tick().await.unwrap(), IDLE);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_kills_its_workers_is_buried_without_another_try() {
    let (world, worker) = World::with_a_job([]).await;
    for _ in 0..SETTINGS.backoff.tries {
        assert_eq!(world.claim().await.len(), 1);
        world.clock.advance(SETTINGS.lease);
    }
    assert_eq!(worker.tick().await.unwrap(), UNFINISHED);
    assert_eq!((world.attempts(), world.state().await), (vec![], BURIED));
}

#[tokio::test(start_paused = true)]
async fn a_commit_that_is_not_applied_is_tried_again() {
    let (world, worker) = World::with_a_job([Try::Register("ana"), Try::Register("bob")]).await;
    world.store.commit(world.register("ana")).await.unwrap();
    assert_eq!(worker.tick().await.unwrap(), UNFINISHED);
    world.clock.advance(SETTINGS.backoff.first);
    assert_eq!(worker.tick().await.unwrap(), FINISHED);
    assert!(world.is_registered("bob").await);
}

#[tokio::test(start_paused = true)]
async fn a_lease_is_renewed_while_the_work_goes_on() {
    let (world, worker) = World::with_a_job([Try::WorkFor(Duration::from_secs(100))]).await;
    assert_eq!(worker.tick().await.unwrap(), FINISHED);
    assert!(world.is_registered("ana").await);
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_lost_its_lease_commits_nothing() {
    let (world, worker) = World::with_a_job([Try::LoseTheLease]).await;
    assert_eq!(worker.tick().await.unwrap(), UNFINISHED);
    assert!(!world.is_registered("ana").await);
    assert_eq!(world.state().await, WAITING, "the other worker still has it");
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_lost_its_lease_stops() {
    let (world, worker) = World::with_a_job([Try::LoseTheLeaseAndHang]).await;
    let begun = tokio::time::Instant::now();
    assert_eq!(worker.tick().await.unwrap(), UNFINISHED);
    assert!(begun.elapsed() <= SETTINGS.lease, "it did not wait for the handler to time out");
    assert_eq!(world.state().await, WAITING, "the other worker still has it");
}
