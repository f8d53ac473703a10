use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use crate::PortError;

/// Names one bucket: who is limited in what. Opaque: no key is a prefix or pattern of another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LimitKey {
    limit: &'static str,
    subject: String,
}

impl LimitKey {
    /// Of a limit's name and the subject it counts.
    pub fn new(limit: &'static str, subject: impl fmt::Display) -> Self {
        Self { limit, subject: subject.to_string() }
    }

    /// The limit's name: one limiter serves few of them, each with many subjects.
    pub const fn limit(&self) -> &'static str {
        self.limit
    }

    /// Whom it counts.
    pub fn subject(&self) -> &str {
        &self.subject
    }
}

/// A token bucket: at most `capacity` at once, refilled by `capacity` a `window`, evenly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bucket {
    /// The burst; at least 1.
    pub capacity: u32,
    /// How long an empty bucket takes to be full again; more than zero.
    pub window: Duration,
}

impl Bucket {
    /// At most `capacity` at once and `capacity` a `window`.
    pub const fn new(capacity: u32, window: Duration) -> Self {
        Self { capacity, window }
    }
}

/// What taking from a bucket gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Whether the tokens were there.
    pub allowed: bool,
    /// Whole tokens left.
    pub remaining: u32,
    /// If refused: after this the same request is allowed, when nobody else takes meanwhile. Otherwise zero.
    pub retry_after: Duration,
    /// After this the bucket is full again, when nobody takes meanwhile.
    pub reset_after: Duration,
}

/// Counts who does how much.
///
/// # Contract
///
/// - A fresh key holds its full capacity.
/// - In any stretch of time `t` at most `capacity × (1 + t / window)` tokens are given.
/// - All tokens asked for are given, or none is taken: a refusal costs nothing.
/// - More tokens than the capacity are never given.
/// - `retry_after` is true: not a second earlier, and by then allowed.
/// - A clock that goes back gives nothing.
/// - Any number of concurrent callers together get no more than one caller would.
/// - Keys do not influence each other.
#[async_trait]
pub trait RateLimiter: fmt::Debug + Send + Sync + 'static {
    /// Takes `tokens` from the bucket of `key`; the backend's clock decides.
    async fn take(&self, key: &LimitKey, bucket: Bucket, tokens: u32) -> Result<Taken, PortError>;
}
