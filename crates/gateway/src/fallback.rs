use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use saaskit_kernel::{Breaker, Bucket, LimitKey, PortError, RateLimiter, Taken};

use crate::{Limit, Limits, WhenDown};

/// Counts in a backend that all nodes share; while it is away, each limit does what was chosen for it. Its breaker is
/// closed again by whoever looks in the background whether the backend is back: [`Breaker::probe`].
///
/// What the backend lets in is counted by the node too, so that a node that has to count alone does not begin anew:
/// when the backend goes away, at most one bucket a node is let in of all.
#[derive(Debug, Clone)]
pub struct FallbackLimiter {
    shared: Arc<dyn RateLimiter>,
    local: Arc<dyn RateLimiter>,
    limits: Limits,
    breaker: Breaker,
}

impl FallbackLimiter {
    /// `local` counts while `shared` is away, for the limits that are to be counted then.
    pub fn new(
        shared: Arc<dyn RateLimiter>,
        local: Arc<dyn RateLimiter>,
        limits: Limits,
        breaker: Breaker,
    ) -> Self {
        Self { shared, local, limits, breaker }
    }

    fn when_down(&self, key: &LimitKey) -> WhenDown {
        Limit::parse(key.limit()).map_or(WhenDown::Local, |limit| self.limits.of_down(limit))
    }
}

#[async_trait]
impl RateLimiter for FallbackLimiter {
    async fn take(&self, key: &LimitKey, bucket: Bucket, tokens: u32) -> Result<Taken, PortError> {
        let shared = self.breaker.call_if_closed(self.shared.take(key, bucket, tokens)).await;
        match (shared, self.when_down(key)) {
            (Ok(taken), WhenDown::Local) if taken.allowed => {
                // Only counted: what all nodes let in together is what holds.
                drop(self.local.take(key, bucket, tokens).await);
                Ok(taken)
            }
            (Ok(taken), _) => Ok(taken),
            (Err(_), WhenDown::Local) => self.local.take(key, bucket, tokens).await,
            (Err(_), WhenDown::Open) => Ok(untouched(bucket)),
            (Err(error), WhenDown::Closed) => Err(error),
        }
    }
}

fn untouched(bucket: Bucket) -> Taken {
    let full = Duration::ZERO;
    Taken { allowed: true, remaining: bucket.capacity, retry_after: full, reset_after: full }
}
