use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use saaskit_kernel::{Bucket, Clock, LimitKey, PortError, RateLimiter, Taken, Timestamp};

/// Token buckets in the memory of one node, counted exactly, in whole milliseconds of its clock.
///
/// At most `most` buckets of each limit are remembered. When so many are in use an unknown key is refused rather
/// than a live bucket forgotten, for that would let whoever brings many keys free themselves. Each limit has its
/// own room, so that whoever fills one shuts nobody out of another. A bucket that is full again needs no memory
/// and makes room.
#[derive(Debug)]
pub struct MemoryRateLimiter {
    clock: Arc<dyn Clock>,
    most: usize,
    rooms: Mutex<HashMap<&'static str, Buckets>>,
}

#[derive(Debug)]
struct Buckets {
    levels: HashMap<String, Level>,
    swept_at: Timestamp,
}

/// Sweeping looks at every bucket, so it is not done more often.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// How much of a bucket is missing, in parts of which a token has as many as the window has milliseconds: then
/// every millisecond gives back exactly `capacity` parts, and nothing is rounded.
#[derive(Debug, Clone, Copy)]
struct Level {
    missing: u128,
    bucket: Bucket,
    at: Timestamp,
}

impl MemoryRateLimiter {
    /// A limiter that remembers at most so many buckets of each limit.
    pub fn new(clock: Arc<dyn Clock>, most: usize) -> Self {
        Self { clock, most, rooms: Mutex::default() }
    }
}

#[async_trait]
impl RateLimiter for MemoryRateLimiter {
    async fn take(&self, key: &LimitKey, bucket: Bucket, tokens: u32) -> Result<Taken, PortError> {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        let buckets = rooms.entry(key.limit()).or_default();
        if let Some(level) = buckets.levels.get_mut(key.subject()) {
            *level = level.resized(bucket).refilled(now);
            return Ok(level.take(tokens, now));
        }
        if buckets.levels.len() >= self.most {
            buckets.sweep(now);
        }
        if buckets.levels.len() >= self.most {
            return Ok(Taken {
                allowed: false,
                remaining: 0,
                retry_after: SWEEP_EVERY,
                reset_after: SWEEP_EVERY,
            });
        }
        let mut level = Level { missing: 0, bucket, at: now };
        let taken = level.take(tokens, now);
        buckets.levels.insert(key.subject().to_owned(), level);
        Ok(taken)
    }
}

impl Default for Buckets {
    fn default() -> Self {
        Self { levels: HashMap::new(), swept_at: Timestamp::MIN }
    }
}

impl Buckets {
    fn sweep(&mut self, now: Timestamp) {
        if now.since(self.swept_at) >= SWEEP_EVERY {
            self.swept_at = now;
            self.levels.retain(|_, level| level.refilled(now).missing > 0);
        }
    }
}

impl Level {
    /// What is missing, under other parameters: as many tokens as before.
    fn resized(self, bucket: Bucket) -> Self {
        if self.bucket == bucket {
            return self;
        }
        let missing = self.missing * token(bucket) / token(self.bucket);
        Self { missing: missing.min(full(bucket)), bucket, ..self }
    }

    /// After a clock that went back, nothing comes before it has caught up.
    fn refilled(self, now: Timestamp) -> Self {
        let refill = now.since(self.at).as_millis() * u128::from(self.bucket.capacity);
        Self { missing: self.missing.saturating_sub(refill), at: self.at.max(now), ..self }
    }

    fn take(&mut self, tokens: u32, now: Timestamp) -> Taken {
        let (full, token) = (full(self.bucket), token(self.bucket));
        let wanted = self.missing + u128::from(tokens) * token;
        let allowed = wanted <= full;
        if allowed {
            self.missing = wanted;
        }
        Taken {
            allowed,
            remaining: u32::try_from((full - self.missing) / token).unwrap_or(u32::MAX),
            retry_after: self.wait(wanted.saturating_sub(full), now),
            reset_after: self.wait(self.missing, now),
        }
    }

    /// Until so many parts have come back.
    fn wait(&self, parts: u128, now: Timestamp) -> Duration {
        if parts == 0 {
            return Duration::ZERO;
        }
        let millis = parts.div_ceil(u128::from(self.bucket.capacity.max(1)));
        self.at.since(now) + Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
    }
}

fn token(bucket: Bucket) -> u128 {
    bucket.window.as_millis().max(1)
}

fn full(bucket: Bucket) -> u128 {
    u128::from(bucket.capacity) * token(bucket)
}
