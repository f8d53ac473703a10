use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use saaskit_kernel::{Bucket, ErrorKind, LimitKey, PortError, RateLimiter, Taken};

use crate::failure::failure;
use crate::redis::Redis;
use crate::script::Script;

/// Token buckets on Redis, counted by the server's clock in one step, which all nodes share. A full bucket takes no
/// room there. What a failover forgets is given again.
#[derive(Debug)]
pub struct RedisRateLimiter {
    redis: Arc<Redis>,
    take: Script,
}

/// Of capacity × window in milliseconds. The server counts with 53 bits, and one more is needed while it does.
const LARGEST: u64 = 1 << 51;

impl RedisRateLimiter {
    /// A limiter by those connections.
    pub fn new(redis: Arc<Redis>) -> Self {
        Self { redis, take: Script::new(include_str!("take.lua")) }
    }
}

#[async_trait]
impl RateLimiter for RedisRateLimiter {
    async fn take(&self, key: &LimitKey, bucket: Bucket, tokens: u32) -> Result<Taken, PortError> {
        let (capacity, window) = measured(bucket)?;
        // More than the capacity is refused, however much more it is.
        let tokens = tokens.min(bucket.capacity.saturating_add(1));
        let live = self.redis.live()?;
        let name = self.redis.keys.limited(key.limit(), key.subject());
        let numbers: Vec<i64> = self
            .take
            .run(&live, &name, vec![capacity, window, i64::from(tokens)])
            .await
            .map_err(|error| live.explain(&error))?;
        taken(&numbers).ok_or_else(|| failure(ErrorKind::Unexpected, "an answer of another form"))
    }
}

/// Capacity and milliseconds of the window, if the server can count that far.
fn measured(bucket: Bucket) -> Result<(i64, i64), PortError> {
    let capacity = u64::from(bucket.capacity.max(1));
    let window = u64::try_from(bucket.window.as_millis().max(1)).ok();
    window
        .filter(|window| capacity.checked_mul(*window).is_some_and(|parts| parts <= LARGEST))
        .and_then(|window| Some((i64::try_from(capacity).ok()?, i64::try_from(window).ok()?)))
        .ok_or_else(|| failure(ErrorKind::Invalid, "the bucket is too large"))
}

fn taken(numbers: &[i64]) -> Option<Taken> {
    let [allowed, remaining, retry_after, reset_after] = *numbers else { return None };
    let wait = |millis: i64| u64::try_from(millis).ok().map(Duration::from_millis);
    Some(Taken {
        allowed: allowed == 1,
        remaining: u32::try_from(remaining).ok()?,
        retry_after: wait(retry_after)?,
        reset_after: wait(reset_after)?,
    })
}
