use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use saaskit_kernel::{Bucket, LimitKey, PortError, RateLimiter, Taken};

use crate::{Limit, Limits, WhenDown};

/// Counts in a backend that all nodes share; while it does not answer, each limit does what was chosen for it.
#[derive(Debug, Clone)]
pub struct FallbackLimiter {
    shared: Arc<dyn RateLimiter>,
    local: Arc<dyn RateLimiter>,
    limits: Limits,
}

impl FallbackLimiter {
    /// `local` counts while `shared` does not answer, for the limits that are to be counted then.
    pub fn new(shared: Arc<dyn RateLimiter>, local: Arc<dyn RateLimiter>, limits: Limits) -> Self {
        Self { shared, local, limits }
    }
}

#[async_trait]
impl RateLimiter for FallbackLimiter {
    async fn take(&self, key: &LimitKey, bucket: Bucket, tokens: u32) -> Result<Taken, PortError> {
        let error = match self.shared.take(key, bucket, tokens).await {
            Ok(taken) => return Ok(taken),
            Err(error) => error,
        };
        let limit = Limit::parse(key.limit());
        tracing::warn!(
            limit = key.limit(),
            error = &error as &dyn std::error::Error,
            "a limit is not shared"
        );
        match limit.map_or(WhenDown::Local, |limit| self.limits.of_down(limit)) {
            WhenDown::Local => self.local.take(key, bucket, tokens).await,
            WhenDown::Open => Ok(untouched(bucket)),
            WhenDown::Closed => Err(error),
        }
    }
}

fn untouched(bucket: Bucket) -> Taken {
    let full = Duration::ZERO;
    Taken { allowed: true, remaining: bucket.capacity, retry_after: full, reset_after: full }
}
