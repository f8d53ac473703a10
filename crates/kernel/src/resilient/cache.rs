use std::slice;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::owed::Owed;
use crate::{Breaker, BreakerState, Cache, CacheKey, ErrorKind, PortError};

/// A cache that all nodes share, and the node's own, which knows what this node put into the shared one and stands in
/// for it while it is away. Then each node is alone with what it knows: a value may be an older one than another
/// node's, never one that this node replaced or removed.
#[derive(Debug)]
pub struct ResilientCache {
    shared: Arc<dyn Cache>,
    own: Arc<dyn Cache>,
    breaker: Breaker,
    /// To be removed from the shared cache before it is believed about them.
    owed: Mutex<Owed>,
}

impl ResilientCache {
    /// Changes the shared cache may not have, at most, by their keys. While there are so many, further ones fail.
    pub const OWED: usize = Owed::MOST;

    /// `own` stands in for `shared` while `breaker` is open.
    pub fn new(shared: Arc<dyn Cache>, own: Arc<dyn Cache>, breaker: Breaker) -> Self {
        Self { shared, own, breaker, owed: Mutex::default() }
    }

    /// Looks whether the shared cache is back, if it is time to, and makes good there what was changed meanwhile.
    /// To be called often: it never waits by itself.
    pub async fn recover(&self) {
        if self.breaker.state() != BreakerState::Closed {
            self.breaker.probe(self.make_good()).await;
        } else if !self.owed().is_empty() {
            // How it ends is the breaker's to know; it is tried again as long as something is owed.
            drop(self.breaker.call_if_closed(self.make_good()).await);
        }
    }

    /// Whether the shared cache answers; its breaker hears of it. [`Cache::ping`] asks whether any does.
    pub async fn ping_shared(&self) -> Result<(), PortError> {
        self.breaker.call_if_closed(self.shared.ping()).await
    }

    async fn make_good(&self) -> Result<(), PortError> {
        self.shared.ping().await?;
        loop {
            let (keys, change) = self.owed().batch();
            if keys.is_empty() {
                return Ok(());
            }
            self.shared.remove(&keys).await?;
            self.owed().settle_until(&keys, change);
        }
    }

    /// What the shared cache says, if it can be believed about the key.
    async fn ask_shared<T>(
        &self,
        key: &CacheKey,
        question: impl Future<Output = Result<T, PortError>>,
    ) -> Result<T, PortError> {
        if self.owed().contains(key) {
            return Err(PortError::new(ErrorKind::Unavailable, "cache").because("it knows an older value"));
        }
        self.breaker.call_if_closed(question).await
    }

    /// Settles what the shared cache said to a change of these keys.
    fn settle(&self, shared: Result<(), PortError>, keys: &[CacheKey]) -> Result<(), PortError> {
        let mut owed = self.owed();
        if !steps_in(&shared) {
            owed.settle(keys);
            return shared;
        }
        if owed.add(keys) { Ok(()) } else { shared }
    }

    fn owed(&self) -> MutexGuard<'_, Owed> {
        self.owed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the node's own cache is to answer, as the shared one could not. What is invalid there is so here too.
fn steps_in<T>(shared: &Result<T, PortError>) -> bool {
    shared.as_ref().is_err_and(|error| error.kind() != ErrorKind::Invalid)
}

#[async_trait]
impl Cache for ResilientCache {
    async fn get(&self, key: &CacheKey) -> Result<Option<Vec<u8>>, PortError> {
        let shared = self.ask_shared(key, self.shared.get(key)).await;
        if steps_in(&shared) { self.own.get(key).await } else { shared }
    }

    async fn set(&self, key: &CacheKey, value: &[u8], ttl: Duration) -> Result<(), PortError> {
        let shared = self.breaker.call_if_closed(self.shared.set(key, value, ttl)).await;
        self.settle(shared, slice::from_ref(key))?;
        self.own.set(key, value, ttl).await
    }

    async fn set_if_absent(&self, key: &CacheKey, value: &[u8], ttl: Duration) -> Result<bool, PortError> {
        let shared = self.ask_shared(key, self.shared.set_if_absent(key, value, ttl)).await;
        if steps_in(&shared) {
            return self.own.set_if_absent(key, value, ttl).await;
        }
        if let Ok(true) = shared {
            self.own.set(key, value, ttl).await?;
        }
        shared
    }

    async fn add(&self, key: &CacheKey, amount: i64, ttl: Duration) -> Result<i64, PortError> {
        let shared = self.ask_shared(key, self.shared.add(key, amount, ttl)).await;
        let own = self.own.add(key, amount, ttl).await;
        if steps_in(&shared) { own } else { shared }
    }

    async fn remove(&self, keys: &[CacheKey]) -> Result<(), PortError> {
        let shared = self.breaker.call_if_closed(self.shared.remove(keys)).await;
        self.settle(shared, keys)?;
        self.own.remove(keys).await
    }

    async fn ping(&self) -> Result<(), PortError> {
        let shared = self.ping_shared().await;
        if steps_in(&shared) { self.own.ping().await } else { shared }
    }
}
