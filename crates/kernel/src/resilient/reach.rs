use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Breaker, PortError, Verdict};

/// Whether a server can be reached, as far as all who ask it can tell together: for a store, whose callers would wait
/// for a connection each by itself. Without a breaker everybody waits.
#[derive(Debug, Default)]
pub struct Reach {
    breaker: OnceLock<Breaker>,
    /// How often the server answered.
    answers: AtomicU64,
}

impl Reach {
    /// Refuses from now on while that breaker is open. The first one stays: it has seen more.
    pub fn mind(&self, breaker: Breaker) {
        drop(self.breaker.set(breaker));
    }

    /// Asks, unless the server is away. `judge` says of an answer whether it is the server's own, a refusal too, or
    /// whether a connection was waited for in vain. Who did so while others were answered has met a crowd, and nobody
    /// is away.
    pub async fn ask<T, E: From<PortError>>(
        &self,
        call: impl Future<Output = Result<T, E>>,
        judge: impl FnOnce(&Result<T, E>) -> Verdict,
    ) -> Result<T, E> {
        let Some(breaker) = self.breaker.get() else { return call.await };
        let before = self.answers.load(Ordering::Relaxed);
        breaker.call_judged(call, |answer| self.weigh(judge(answer), before)).await
    }

    fn weigh(&self, verdict: Verdict, before: u64) -> Verdict {
        match verdict {
            Verdict::Well => {
                self.answers.fetch_add(1, Ordering::Relaxed);
                Verdict::Well
            }
            Verdict::Failed if self.answers.load(Ordering::Relaxed) != before => Verdict::Nothing,
            verdict => verdict,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{Alarms, BreakerSettings, BreakerState, ErrorKind, Source};

    fn reach() -> (Reach, Breaker) {
        let pause = Duration::from_hours(1);
        let settings = BreakerSettings { failures: 1, first: pause, longest: pause };
        let breaker = Breaker::new("database", settings, Source::system(), Alarms::default());
        let reach = Reach::default();
        reach.mind(breaker.clone());
        (reach, breaker)
    }

    async fn ask(reach: &Reach, verdict: Verdict) -> Result<(), PortError> {
        let failed = || Err(PortError::new(ErrorKind::Unavailable, "database"));
        let call = async || if verdict == Verdict::Well { Ok(()) } else { failed() };
        reach.ask(call(), |_| verdict).await
    }

    #[tokio::test]
    async fn who_waited_in_vain_while_nobody_was_answered_speaks_for_all() {
        let (reach, breaker) = reach();
        ask(&reach, Verdict::Well).await.unwrap();
        assert!(ask(&reach, Verdict::Nothing).await.is_err());
        assert_eq!(breaker.state(), BreakerState::Closed, "what tells nothing of the server changes nothing");
        assert!(ask(&reach, Verdict::Failed).await.unwrap_err().was_asked());
        assert_eq!(breaker.state(), BreakerState::Open);
        let refused = ask(&reach, Verdict::Well).await.unwrap_err();
        assert!(!refused.was_asked() && refused.retry_after().is_some());
    }

    #[tokio::test]
    async fn who_waited_in_vain_while_others_were_answered_met_a_crowd() {
        let (reach, breaker) = reach();
        let waiting = async {
            ask(&reach, Verdict::Well).await.unwrap();
            Err::<(), _>(PortError::new(ErrorKind::Unavailable, "database"))
        };
        assert!(reach.ask(waiting, |_| Verdict::Failed).await.is_err());
        assert_eq!(breaker.state(), BreakerState::Closed);
    }

    #[tokio::test]
    async fn without_a_breaker_everybody_is_let_through() {
        let reach = Reach::default();
        for _ in 0..5 {
            assert!(ask(&reach, Verdict::Failed).await.unwrap_err().was_asked());
        }
        ask(&reach, Verdict::Well).await.unwrap();
    }
}
