use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use saaskit_conformance::fixtures::{FixedClock, source_at};
use saaskit_kernel::{
    Alarms, Breaker, BreakerSettings, BreakerState, CommitError, ErrorKind, PortError, Reach,
};
use tokio::time::{Instant, sleep};

use crate::alarms::waiting;

/// A server that is there or not, and how often it was looked for.
#[derive(Debug, Default)]
struct Server {
    is_gone: AtomicBool,
    looks: AtomicUsize,
}

impl Server {
    fn look(&self) -> Result<(), PortError> {
        self.looks.fetch_add(1, Ordering::SeqCst);
        if self.is_gone.load(Ordering::SeqCst) { Err(failure()) } else { Ok(()) }
    }

    fn goes(&self, is_gone: bool) {
        self.is_gone.store(is_gone, Ordering::SeqCst);
    }

    fn looks(&self) -> usize {
        self.looks.load(Ordering::SeqCst)
    }
}

fn failure() -> PortError {
    PortError::new(ErrorKind::Unavailable, "database")
}

struct Play {
    server: Arc<Server>,
    clock: Arc<FixedClock>,
    alarms: Alarms,
    breaker: Breaker,
    reach: Reach,
}

impl Play {
    fn new() -> Self {
        let (server, clock) = (Arc::new(Server::default()), Arc::new(FixedClock::default()));
        let (first, longest) = (Duration::from_millis(100), Duration::from_secs(2));
        let settings = BreakerSettings { failures: 1, first, longest };
        let alarms = Alarms::default();
        let breaker = Breaker::new("database", settings, source_at(clock.clone()), alarms.clone());
        let (reach, looked_for) = (Reach::default(), server.clone());
        reach.mind(breaker.clone(), move || {
            let server = looked_for.clone();
            async move { server.look() }
        });
        Self { server, clock, alarms, breaker, reach }
    }

    async fn ask(&self) -> Result<(), PortError> {
        self.reach.ask(async { Ok(()) }).await
    }

    /// Asks what nobody answers.
    async fn ask_in_vain(&self) -> PortError {
        self.reach.ask(std::future::pending::<Result<(), _>>()).await.unwrap_err()
    }

    fn is_there(&self) -> bool {
        self.breaker.state() == BreakerState::Closed
    }
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_server_that_went_away_is_told_and_so_is_everybody_until_it_is_back() {
    let play = Play::new();
    play.ask().await.unwrap();
    assert_eq!(play.server.looks(), 0, "who is answered has nobody looked for");
    play.server.goes(true);
    let begun = Instant::now();
    let given_up = play.ask_in_vain().await;
    assert_eq!((given_up.kind(), given_up.was_asked()), (ErrorKind::TimedOut, true));
    let refused = play.ask_in_vain().await;
    assert!(!refused.was_asked() && refused.retry_after().is_some() && !play.is_there());
    assert!(begun.elapsed() < Duration::from_millis(300), "{:?}", begun.elapsed());
    play.server.goes(false);
    sleep(Duration::from_secs(1)).await;
    assert!(
        !play.ask_in_vain().await.was_asked(),
        "its pause is not over, and no call is let through to see"
    );
    play.clock.advance(Duration::from_millis(100));
    sleep(Duration::from_secs(1)).await;
    play.ask().await.unwrap();
    let titles: Vec<_> = waiting(&play.alarms).into_iter().map(|alert| alert.title).collect();
    assert_eq!(titles, ["database does not answer", "database answers again"]);
}

#[tokio::test(start_paused = true)]
async fn who_is_only_slow_is_waited_for_and_looked_for_now_and_then() {
    let play = Play::new();
    let slow = async {
        sleep(Duration::from_secs(10)).await;
        Ok::<_, PortError>(7)
    };
    let fails = async {
        sleep(Duration::from_secs(3)).await;
        Err::<i32, _>(failure())
    };
    let (slow, fails) = tokio::join!(play.reach.ask(slow), play.reach.ask(fails));
    assert!(slow.is_ok_and(|answer| answer == 7) && fails.is_err_and(|error| error.was_asked()));
    assert!(play.is_there(), "that a call fails tells nothing");
    assert!((10..=20).contains(&play.server.looks()), "{}", play.server.looks());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_goes_away_while_somebody_waits_is_found_out() {
    let play = Play::new();
    let goes = async {
        sleep(Duration::from_secs(5)).await;
        play.server.goes(true);
    };
    let begun = Instant::now();
    tokio::join!(goes, play.ask_in_vain());
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_commit_that_is_given_up_at_its_end_may_have_been_applied_and_a_refused_one_was_not() {
    let play = Play::new();
    let end = async || play.reach.end::<_, CommitError>(async { "committed" }).await;
    assert!(matches!(end().await, Ok("committed")));
    play.server.goes(true);
    let given_up = play.reach.end::<(), CommitError>(std::future::pending()).await;
    assert!(matches!(given_up, Err(CommitError::Unknown)), "{given_up:?}");
    let refused = end().await;
    assert!(matches!(&refused, Err(CommitError::Port(error)) if !error.was_asked()), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn nobody_is_looked_for_any_more_when_nobody_can_ask() {
    let Play { server, clock, breaker, reach, .. } = Play::new();
    server.goes(true);
    let asking = reach.ask(std::future::pending::<Result<(), PortError>>()).await;
    assert!(asking.is_err() && breaker.state() == BreakerState::Open);
    drop(reach);
    clock.advance(Duration::from_mins(1));
    sleep(Duration::from_mins(1)).await;
    assert_eq!(server.looks(), 1);
}

#[tokio::test(start_paused = true)]
async fn without_a_breaker_everybody_is_waited_for() {
    let reach = Reach::default();
    let slow = async {
        sleep(Duration::from_secs(10)).await;
        Err::<(), _>(failure())
    };
    assert!(reach.ask(slow).await.unwrap_err().was_asked());
    reach.ask(async { Ok::<_, PortError>(()) }).await.unwrap();
}
