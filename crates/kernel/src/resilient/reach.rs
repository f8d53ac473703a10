use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::{Breaker, BreakerState, CommitError, ErrorKind, Nudge, PortError};

/// Whether a server can be reached, for all who ask it together: for a store, whose callers would find out each by
/// itself. As soon as one of them waits, somebody looks for the server in the background; only if that is in vain it
/// is away, and everybody is told so at once, until a later look finds it. Without a breaker everybody waits.
#[derive(Debug, Default)]
pub struct Reach(OnceLock<Minding>);

/// Looks as long as it lives.
#[derive(Debug)]
struct Minding {
    watch: Arc<Watch>,
    looking: JoinHandle<()>,
}

impl Drop for Minding {
    fn drop(&mut self) {
        self.looking.abort();
    }
}

impl Reach {
    /// Who waits for so long has the server looked for.
    const DOUBTS_AFTER: Duration = Duration::from_millis(250);

    /// Refuses from now on while that breaker is open, which is only told what `look` finds: it asks the server itself,
    /// by no connection that others wait for, and gives up in time. It is run by a task that ends with this value. Whom
    /// it minds first it minds for ever.
    pub fn mind<F>(&self, breaker: Breaker, look: impl Fn() -> F + Send + 'static)
    where
        F: Future<Output = Result<(), PortError>> + Send,
    {
        self.0.get_or_init(|| {
            let watch = Arc::new(Watch { breaker, doubt: Nudge::default(), left: Notify::new() });
            let watching = watch.clone();
            Minding { watch, looking: tokio::spawn(async move { watching.keep(look).await }) }
        });
    }

    /// Asks, unless the server is away. If it goes away meanwhile the call is given up as `TimedOut`: what was asked
    /// may have happened.
    pub async fn ask<T, E: From<PortError>>(&self, call: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let Some(Minding { watch, .. }) = self.0.get() else { return call.await };
        watch.expect_there()?;
        let mut call = std::pin::pin!(call);
        // Who is answered soon, as almost everybody is, pays for a timer and no more.
        if let Ok(answer) = timeout(Self::DOUBTS_AFTER, call.as_mut()).await {
            return answer;
        }
        tokio::select! {
            biased;
            answer = call => answer,
            left = watch.leaves() => Err(left.into()),
        }
    }

    /// The same of what ends a commit, however it ends: who is given up in the middle of that can't know.
    pub async fn end<T, E: From<CommitError>>(&self, ending: impl Future<Output = T>) -> Result<T, E> {
        let asked = self.ask(async { Ok::<_, PortError>(ending.await) }).await;
        let unsure = |error: PortError| if error.was_asked() { CommitError::Unknown } else { error.into() };
        asked.map_err(|error| unsure(error).into())
    }
}

#[derive(Debug)]
struct Watch {
    breaker: Breaker,
    /// Somebody waits.
    doubt: Nudge,
    /// The server was looked for in vain.
    left: Notify,
}

impl Watch {
    /// Between two looks at a server that is there: it has other things to do.
    const REST: Duration = Duration::from_millis(500);
    /// How often one that is away is thought of; how often it is looked for, the breaker decides.
    const THINKS_EVERY: Duration = Duration::from_millis(50);

    fn is_away(&self) -> bool {
        self.breaker.state() != BreakerState::Closed
    }

    fn expect_there(&self) -> Result<(), PortError> {
        if self.is_away() { Err(self.breaker.refusal(None)) } else { Ok(()) }
    }

    /// Waits until the server is away, and has it looked for again and again.
    async fn leaves(&self) -> PortError {
        loop {
            let left = self.left.notified();
            if self.is_away() {
                let name = self.breaker.name();
                return PortError::new(ErrorKind::TimedOut, name).because("it went away meanwhile");
            }
            self.doubt.nudge();
            // It ends in vain where the server is there and only slow.
            drop(timeout(Reach::DOUBTS_AFTER, left).await);
        }
    }

    async fn keep<F>(&self, look: impl Fn() -> F)
    where
        F: Future<Output = Result<(), PortError>>,
    {
        loop {
            if self.is_away() {
                self.breaker.probe(look()).await;
                sleep(Self::THINKS_EVERY).await;
                continue;
            }
            self.doubt.nudged().await;
            // What it found the breaker knows.
            drop(self.breaker.call_if_closed(look()).await);
            if self.is_away() {
                self.left.notify_waiters();
            } else {
                sleep(Self::REST).await;
            }
        }
    }
}
