use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use futures_util::{StreamExt as _, TryStreamExt as _};

use super::{NewObject, ObjectInfo, ObjectKey, Over, Storage, StoredObject};
use crate::{BehindBreaker, BreakerState, PortError, Verdict};

#[async_trait]
impl Storage for BehindBreaker<dyn Storage> {
    /// A body that fails tells nothing of the storage. Nor may a put be the call that is let through to see: somebody
    /// could take an hour over it, while all others are refused.
    async fn put_over(&self, object: NewObject, over: Over) -> Result<Option<ObjectInfo>, PortError> {
        if self.breaker.state() != BreakerState::Closed {
            self.ping().await?;
        }
        let (object, failed) = watched(object);
        let put = self.port.put_over(object, over);
        let judge = |answer: &Result<_, PortError>| {
            if failed.load(Ordering::SeqCst) { Verdict::Nothing } else { Verdict::of(answer) }
        };
        self.breaker.call_judged(put, judge).await
    }

    async fn get(
        &self,
        key: &ObjectKey,
        range: Option<Range<u64>>,
    ) -> Result<Option<StoredObject>, PortError> {
        self.breaker.call(self.port.get(key, range)).await
    }

    async fn head(&self, key: &ObjectKey) -> Result<Option<ObjectInfo>, PortError> {
        self.breaker.call(self.port.head(key)).await
    }

    async fn remove(&self, key: &ObjectKey) -> Result<(), PortError> {
        self.breaker.call(self.port.remove(key)).await
    }

    async fn list(
        &self,
        prefix: Option<&ObjectKey>,
        after: Option<&ObjectKey>,
        limit: usize,
    ) -> Result<Vec<ObjectKey>, PortError> {
        self.breaker.call(self.port.list(prefix, after, limit)).await
    }

    async fn copy(&self, from: &ObjectKey, to: &ObjectKey) -> Result<bool, PortError> {
        self.breaker.call(self.port.copy(from, to)).await
    }

    async fn ping(&self) -> Result<(), PortError> {
        self.breaker.call(self.port.ping()).await
    }
}

/// The same object, and whether its body failed.
fn watched(object: NewObject) -> (NewObject, Arc<AtomicBool>) {
    let failed = Arc::new(AtomicBool::new(false));
    let seen = failed.clone();
    let body = object.body.inspect_err(move |_| seen.store(true, Ordering::SeqCst)).boxed();
    (NewObject { body, ..object }, failed)
}
