use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures_util::FutureExt as _;
use proptest::prelude::*;
use saaskit_conformance::fixtures::{FixedClock, source_at};
use saaskit_kernel::{
    Alarms, Breaker, BreakerSettings, BreakerState, Clock as _, ErrorKind, PortError, Timestamp,
};
use tokio::sync::oneshot;

use crate::alarms::waiting;

type Answer = Result<(), PortError>;

const SETTINGS: BreakerSettings =
    BreakerSettings { failures: 3, first: Duration::from_secs(1), longest: Duration::from_secs(8) };

const DOWN: [ErrorKind; 2] = [ErrorKind::Unavailable, ErrorKind::TimedOut];
const UP: [ErrorKind; 2] = [ErrorKind::Rejected, ErrorKind::Throttled];

fn failure(kind: ErrorKind) -> Answer {
    Err(PortError::new(kind, "test"))
}

/// What a breaker has to be, told the other way round: by what happened.
#[derive(Debug)]
enum Phase {
    Closed { row: u32 },
    Open { since: Timestamp, longest: Duration, shortest: Duration },
    HalfOpen { probe: usize },
}

/// A call that was let in, and how it can be answered.
struct Running {
    epoch: u32,
    call: Pin<Box<dyn Future<Output = Answer>>>,
    answer: oneshot::Sender<Answer>,
}

struct Play {
    clock: Arc<FixedClock>,
    breaker: Breaker,
    alarms: Alarms,
    phase: Phase,
    epoch: u32,
    openings: u32,
    running: BTreeMap<usize, Running>,
    calls: usize,
    told: usize,
}

impl Play {
    fn new() -> Self {
        let clock = Arc::new(FixedClock::default());
        let alarms = Alarms::default();
        let breaker = Breaker::new("backend", SETTINGS, source_at(clock.clone()), alarms.clone());
        let phase = Phase::Closed { row: 0 };
        let running = BTreeMap::new();
        Self { clock, breaker, alarms, phase, epoch: 0, openings: 0, running, calls: 0, told: 0 }
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.epoch += 1;
    }

    fn open(&mut self) {
        self.openings += 1;
        let longest = (SETTINGS.first * 2_u32.pow((self.openings - 1).min(8))).min(SETTINGS.longest);
        self.enter(Phase::Open { since: self.clock.now(), longest, shortest: longest / 2 });
    }

    fn call(&mut self) {
        let (answer, answered) = oneshot::channel();
        let breaker = self.breaker.clone();
        let mut call: Pin<Box<dyn Future<Output = Answer>>> =
            Box::pin(async move { breaker.call(async { answered.await.unwrap() }).await });
        let refusal = poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).now_or_never().unwrap();
        let now = self.clock.now();
        match (&self.phase, refusal) {
            (Phase::Closed { .. }, Poll::Pending) => {}
            (Phase::Open { since, shortest, .. }, Poll::Pending) => {
                assert!(now.since(*since) >= *shortest, "let in during the pause");
                self.enter(Phase::HalfOpen { probe: self.calls });
            }
            (Phase::Open { since, longest, shortest }, Poll::Ready(Err(refusal))) => {
                let over = now.since(*since) + refusal.retry_after().unwrap();
                assert!((*shortest..=*longest).contains(&over), "{over:?}");
                assert_eq!(refusal.kind(), ErrorKind::Unavailable);
                return;
            }
            (Phase::HalfOpen { .. }, Poll::Ready(Err(refusal))) => {
                assert!(refusal.retry_after().unwrap() > Duration::ZERO);
                return;
            }
            (phase, answer) => panic!("{phase:?} gave {answer:?}"),
        }
        self.running.insert(self.calls, Running { epoch: self.epoch, call, answer });
        self.calls += 1;
    }

    fn answer(&mut self, which: usize, kind: Option<ErrorKind>) {
        let Some((number, running)) = self.take(which) else { return };
        let answer = kind.map_or(Ok(()), failure);
        running.answer.send(answer).unwrap();
        let given = running.call.now_or_never().unwrap();
        assert_eq!(given.map_err(|error| error.kind()).err(), kind);
        let well = kind.is_none_or(|kind| UP.contains(&kind));
        let failed = kind.is_some_and(|kind| DOWN.contains(&kind));
        match self.phase {
            Phase::Closed { row } if running.epoch == self.epoch => {
                let row = if well { 0 } else { row + u32::from(failed) };
                self.phase = Phase::Closed { row };
                if row == SETTINGS.failures {
                    self.open();
                    self.told += 1;
                }
            }
            Phase::HalfOpen { probe } if probe == number && well => {
                self.openings = 0;
                self.told += 1;
                self.enter(Phase::Closed { row: 0 });
            }
            Phase::HalfOpen { probe } if probe == number && failed => self.open(),
            Phase::HalfOpen { probe } if probe == number => self.look_again(),
            _ => {}
        }
    }

    fn drop_call(&mut self, which: usize) {
        let Some((number, running)) = self.take(which) else { return };
        drop(running);
        if let Phase::HalfOpen { probe } = self.phase
            && probe == number
        {
            self.look_again();
        }
    }

    fn look_again(&mut self) {
        let (longest, shortest) = (Duration::ZERO, Duration::ZERO);
        self.enter(Phase::Open { since: self.clock.now(), longest, shortest });
    }

    fn take(&mut self, which: usize) -> Option<(usize, Running)> {
        let number = *self.running.keys().nth(which % self.running.len().max(1))?;
        Some((number, self.running.remove(&number)?))
    }

    fn check(&self) {
        let expected = match self.phase {
            Phase::Closed { .. } => BreakerState::Closed,
            Phase::Open { .. } => BreakerState::Open,
            Phase::HalfOpen { .. } => BreakerState::HalfOpen,
        };
        assert_eq!(self.breaker.state(), expected, "{:?}", self.phase);
    }
}

#[derive(Debug, Clone)]
enum Step {
    Call,
    Answer(usize, Option<ErrorKind>),
    Drop(usize),
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let kind = prop::sample::select(vec![
        None,
        Some(ErrorKind::Unavailable),
        Some(ErrorKind::Unavailable),
        Some(ErrorKind::TimedOut),
        Some(ErrorKind::Throttled),
        Some(ErrorKind::Rejected),
        Some(ErrorKind::Invalid),
        Some(ErrorKind::Unexpected),
    ]);
    prop_oneof![
        4 => Just(Step::Call),
        4 => (0..8_usize, kind).prop_map(|(which, kind)| Step::Answer(which, kind)),
        1 => (0..8_usize).prop_map(Step::Drop),
        1 => (0..3_000_u64).prop_map(Step::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn whatever_happens_it_is_what_its_laws_say(steps in prop::collection::vec(step(), 1..120)) {
        let mut play = Play::new();
        for step in steps {
            match step {
                Step::Call => play.call(),
                Step::Answer(which, kind) => play.answer(which, kind),
                Step::Drop(which) => play.drop_call(which),
                Step::Wait(millis) => play.clock.advance(Duration::from_millis(millis)),
            }
            play.check();
        }
        let told = waiting(&play.alarms).len();
        prop_assert_eq!(told, play.told.min(Alarms::WAITING));
    }
}

fn failed_thrice() -> Play {
    let mut play = Play::new();
    for _ in 0..3 {
        play.call();
        play.answer(0, Some(ErrorKind::Unavailable));
    }
    play.check();
    assert_eq!(play.breaker.state(), BreakerState::Open);
    play
}

#[test]
fn after_three_failures_it_refuses_until_its_pause_is_over_and_one_good_answer_closes_it() {
    let mut play = failed_thrice();
    play.call();
    assert!(play.running.is_empty());
    play.clock.advance(SETTINGS.first);
    play.call();
    assert_eq!((play.running.len(), play.breaker.state()), (1, BreakerState::HalfOpen));
    play.call();
    assert_eq!(play.running.len(), 1);
    play.answer(0, None);
    assert_eq!(play.breaker.state(), BreakerState::Closed);
    let titles: Vec<_> = waiting(&play.alarms).into_iter().map(|alert| alert.title).collect();
    assert_eq!(titles, ["backend does not answer", "backend answers again"]);
}

#[test]
fn a_clock_that_goes_back_keeps_it_open_no_longer() {
    let play = failed_thrice();
    play.clock.set(play.clock.now().minus(Duration::from_hours(1)));
    assert!(play.breaker.call(async { Ok(()) }).now_or_never().unwrap().is_ok());
    assert_eq!(play.breaker.state(), BreakerState::Closed);
}

#[test]
fn who_has_a_substitute_asks_only_while_it_is_closed_and_any_failure_counts() {
    let clock = Arc::new(FixedClock::default());
    let breaker = Breaker::new("cache", SETTINGS, source_at(clock.clone()), Alarms::default());
    let ask = |answer: Answer| breaker.call_if_closed(async { answer }).now_or_never().unwrap();
    for kind in [ErrorKind::Rejected, ErrorKind::Invalid, ErrorKind::Unexpected, ErrorKind::TimedOut] {
        assert_eq!(breaker.state(), BreakerState::Closed);
        ask(failure(kind)).unwrap_err();
    }
    assert_eq!(breaker.state(), BreakerState::Open);
    let probe = |answer: Answer| breaker.probe(async { answer }).now_or_never().unwrap();
    probe(Ok(()));
    assert_eq!(breaker.state(), BreakerState::Open, "its pause is not over");
    clock.advance(SETTINGS.first);
    ask(Ok(())).unwrap_err();
    probe(failure(ErrorKind::Unavailable));
    clock.advance(SETTINGS.first * 2);
    probe(Ok(()));
    ask(Ok(())).unwrap();
}
