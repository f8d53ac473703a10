use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::{PortError, Signal, SignalCursor, Signals, Source, Timestamp};

/// Hears what was done on any node.
pub trait Listener: fmt::Debug + Send + Sync + 'static {
    /// One signal; it may come again, and in any order with others.
    fn hear(&self, signal: &Signal);

    /// Nothing whose time was over before `now` matters any more.
    fn forget(&self, now: Timestamp);
}

/// How recently a node has heard all that happened: asked by whoever answers from memory, before it does. Clones
/// share what they know.
#[derive(Debug, Clone)]
pub struct Freshness(Arc<AtomicI64>);

/// Nothing was heard yet.
const NEVER: i64 = i64::MIN;

impl Default for Freshness {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(NEVER)))
    }
}

impl Freshness {
    /// Memory that is older is not believed.
    pub const BOUND: Duration = Duration::from_secs(1);

    /// Whether all that was committed until [`Self::BOUND`] before `now` was heard. Never true where nobody follows.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.lag(now).is_some_and(|lag| lag < Self::BOUND)
    }

    /// How long ago the last was that all was heard; `None` where nothing was yet.
    pub fn lag(&self, now: Timestamp) -> Option<Duration> {
        let heard = self.0.load(Ordering::Acquire);
        (heard != NEVER).then(|| now.since(Timestamp::from_millis(heard)))
    }

    /// All that was committed before `at` was heard.
    fn heard_until(&self, at: Timestamp) {
        self.0.store(at.millis(), Ordering::Release);
    }
}

/// Follows the signals of a store and tells them to listeners. Driven from outside: it never waits by itself.
#[derive(Debug, Clone)]
pub struct Follower {
    signals: Arc<dyn Signals>,
    listeners: Arc<[Arc<dyn Listener>]>,
    source: Source,
    freshness: Freshness,
    cursor: Arc<Mutex<Option<SignalCursor>>>,
}

impl Follower {
    /// How often to call [`Self::follow`]: a few times within [`Freshness::BOUND`].
    pub const EVERY: Duration = Duration::from_millis(300);

    /// Follows `signals` for those listeners; `freshness` is shared with them.
    pub fn new(
        signals: Arc<dyn Signals>,
        listeners: impl IntoIterator<Item = Arc<dyn Listener>>,
        source: Source,
        freshness: Freshness,
    ) -> Self {
        let listeners = listeners.into_iter().collect();
        Self { signals, listeners, source, freshness, cursor: Arc::default() }
    }

    /// Tells what is new since the last time; everything that is live, the first time. Whoever drops it loses
    /// nothing: the cursor moves last.
    pub async fn follow(&self) -> Result<(), PortError> {
        let cursor = *self.cursor.lock().unwrap_or_else(PoisonError::into_inner);
        let asked_at = self.source.now();
        let (news, next) = match cursor {
            Some(cursor) => self.signals.since(cursor).await?,
            None => self.signals.live(asked_at).await?,
        };
        self.tell(&news, asked_at, next);
        Ok(())
    }

    /// Tells everything that is live once more, and removes what is over from the store and from memory.
    pub async fn sweep(&self) -> Result<(), PortError> {
        let asked_at = self.source.now();
        let (live, next) = self.signals.live(asked_at).await?;
        self.tell(&live, asked_at, next);
        for listener in self.listeners.iter() {
            listener.forget(asked_at);
        }
        self.signals.forget(asked_at).await.map(drop)
    }

    fn tell(&self, signals: &[Signal], asked_at: Timestamp, next: SignalCursor) {
        for signal in signals {
            for listener in self.listeners.iter() {
                listener.hear(signal);
            }
        }
        *self.cursor.lock().unwrap_or_else(PoisonError::into_inner) = Some(next);
        self.freshness.heard_until(asked_at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_believed_for_a_second_after_it_was_made_true() {
        let freshness = Freshness::default();
        let at = Timestamp::from_millis(5_000);
        assert!(!freshness.is_fresh(at));
        freshness.heard_until(at);
        assert!(freshness.is_fresh(at.plus(Duration::from_millis(999))));
        assert!(!freshness.is_fresh(at.plus(Freshness::BOUND)));
    }
}
