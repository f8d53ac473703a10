mod circuit;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::{Alarms, Alert, Backoff, ErrorKind, PortError, Severity, Source};

use circuit::{Change, Circuit};

/// Keeps calls away from a backend that does not answer, so that nobody waits for it and it can come back in peace.
///
/// Closed, it lets calls through. After a few failures in a row it opens and refuses at once. After a pause, longer
/// each time, it lets one call through to see (half open): a good answer closes it, a failure opens it again. A call
/// that is dropped says nothing. Clones are the same breaker.
#[derive(Debug, Clone)]
pub struct Breaker(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    name: &'static str,
    settings: BreakerSettings,
    source: Source,
    alarms: Alarms,
    circuit: Mutex<Circuit>,
}

/// When a [`Breaker`] opens, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerSettings {
    /// Failures in a row that open it.
    pub failures: u32,
    /// The first pause; each further one is twice as long.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self { failures: 3, first: Duration::from_secs(1), longest: Duration::from_mins(1) }
    }
}

/// What a breaker does with calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// It lets them through.
    Closed,
    /// It refuses them.
    Open,
    /// It waits for what one of them says, and refuses the others.
    HalfOpen,
}

/// What a call told of the backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It answers.
    Well,
    /// It does not.
    Failed,
    /// Nothing.
    Nothing,
}

impl Verdict {
    /// Of a backend that may refuse single calls for good reasons: only silence and outages are failures.
    pub(crate) fn of<T>(answer: &Result<T, PortError>) -> Self {
        match answer.as_ref().map_err(PortError::kind) {
            Ok(_) | Err(ErrorKind::Rejected | ErrorKind::NoRecipient | ErrorKind::Throttled) => Self::Well,
            Err(ErrorKind::Unavailable | ErrorKind::TimedOut) => Self::Failed,
            Err(ErrorKind::Invalid | ErrorKind::Unexpected) => Self::Nothing,
        }
    }

    /// Of a backend that has a substitute: whatever it can't do, the substitute can. Only a call that is wrong
    /// itself tells nothing.
    fn of_shared<T>(answer: &Result<T, PortError>) -> Self {
        match answer {
            Ok(_) => Self::Well,
            Err(error) if error.kind() == ErrorKind::Invalid => Self::Nothing,
            Err(_) => Self::Failed,
        }
    }
}

impl Breaker {
    /// A closed one. `name` says in logs and alerts what it is of: `redis`, `email`.
    pub fn new(name: &'static str, settings: BreakerSettings, source: Source, alarms: Alarms) -> Self {
        let circuit = Mutex::new(Circuit::new(settings.failures));
        Self(Arc::new(Inner { name, settings, source, alarms, circuit }))
    }

    /// What it is of.
    pub fn name(&self) -> &'static str {
        self.0.name
    }

    /// How often it opened so far, not counting that a look showed no change.
    pub fn openings(&self) -> u64 {
        self.circuit().openings()
    }

    /// What it does with calls now.
    pub fn state(&self) -> BreakerState {
        self.circuit().state()
    }

    /// Calls, unless it is open: then the call is not made, and the refusal says when to ask again. The call may be
    /// the one that is let through to see.
    pub async fn call<T>(&self, call: impl Future<Output = Result<T, PortError>>) -> Result<T, PortError> {
        self.call_judged(call, Verdict::of).await
    }

    /// The same of a call whose answers only its caller can judge.
    pub(crate) async fn call_judged<T, E: From<PortError>>(
        &self,
        call: impl Future<Output = Result<T, E>>,
        judge: impl FnOnce(&Result<T, E>) -> Verdict,
    ) -> Result<T, E> {
        let entered = self.circuit().enter(self.0.source.now());
        let pass = self.pass(entered.map_err(|pause| self.refusal(pause))?);
        let answer = call.await;
        pass.settle(judge(&answer));
        answer
    }

    /// Calls while it is closed, for whoever has a substitute: no call is let through to see, [`Self::probe`] does
    /// that in the background.
    pub async fn call_if_closed<T>(
        &self,
        call: impl Future<Output = Result<T, PortError>>,
    ) -> Result<T, PortError> {
        let entered = self.circuit().enter_if_closed();
        let pass = self.pass(entered.ok_or_else(|| self.refusal(None))?);
        let answer = call.await;
        pass.settle(Verdict::of_shared(&answer));
        answer
    }

    /// Looks whether the backend is back, if it is away and the pause is over; otherwise `look` is not run.
    pub async fn probe(&self, look: impl Future<Output = Result<(), PortError>>) {
        let entered = self.circuit().enter_to_see(self.0.source.now());
        if let Some(round) = entered {
            let pass = self.pass(round);
            let answer = look.await;
            pass.settle(Verdict::of_shared(&answer));
        }
    }

    fn pass(&self, round: u64) -> Pass<'_> {
        Pass { breaker: self, round, verdict: Verdict::Nothing }
    }

    /// That it is not asked, as it is away.
    pub(crate) fn refusal(&self, pause: Option<Duration>) -> PortError {
        let wait = pause.unwrap_or(self.0.settings.first);
        PortError::new(ErrorKind::Unavailable, self.0.name)
            .after(wait)
            .unasked()
            .because("it was not asked: it is away")
    }

    fn learn(&self, round: u64, verdict: Verdict) {
        let Inner { settings, source, .. } = &*self.0;
        let backoff = Backoff { first: settings.first, longest: settings.longest, tries: u32::MAX };
        let pause = |openings| backoff.wait(openings, source);
        let change = self.circuit().leave(round, verdict, source.now(), pause);
        match change {
            Some(Change::Opened) => self.tell_opened(),
            Some(Change::Closed) => self.tell_closed(),
            None => {}
        }
    }

    fn tell_opened(&self) {
        let backend = self.0.name;
        tracing::warn!(backend, "does not answer and is not asked for a while");
        self.0.alarms.raise(Alert {
            severity: Severity::Warning,
            title: format!("{backend} does not answer"),
            message: format!("{backend} failed. It is not asked for a while, and then looked for by itself."),
            fields: vec![("backend", backend.to_owned())],
        });
    }

    fn tell_closed(&self) {
        let backend = self.0.name;
        tracing::info!(backend, "answers again");
        self.0.alarms.raise(Alert {
            severity: Severity::Info,
            title: format!("{backend} answers again"),
            message: format!("{backend} is asked again as before."),
            fields: vec![("backend", backend.to_owned())],
        });
    }

    fn circuit(&self) -> MutexGuard<'_, Circuit> {
        self.0.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One call that was let through. Dropped with its call, it tells nothing.
struct Pass<'a> {
    breaker: &'a Breaker,
    round: u64,
    verdict: Verdict,
}

impl Pass<'_> {
    fn settle(mut self, verdict: Verdict) {
        self.verdict = verdict;
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.breaker.learn(self.round, self.verdict);
    }
}
