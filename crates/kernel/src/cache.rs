use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use crate::PortError;

/// Names one entry: what it is of, and whose. Opaque: no key is a prefix or pattern of another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CacheKey {
    space: &'static str,
    subject: String,
}

impl CacheKey {
    /// Of what is kept and whose it is.
    pub fn new(space: &'static str, subject: impl fmt::Display) -> Self {
        Self { space, subject: subject.to_string() }
    }

    /// What is kept: a cache serves few of them, each with many subjects.
    pub const fn space(&self) -> &'static str {
        self.space
    }

    /// Whose it is.
    pub fn subject(&self) -> &str {
        &self.subject
    }
}

/// Keeps what may be lost: a cache forgets whenever it likes, so nothing authoritative relies on it. Times to live
/// are counted by the backend's clock, in whole milliseconds, and at least one.
///
/// # Contract
///
/// - What was set is got back byte for byte, until its time to live is over, it is removed or the cache needs the
///   room; then it is absent.
/// - Setting again replaces the value and its time to live.
/// - Of any number of concurrent callers who set one absent key if absent, exactly one is told it did; nobody else
///   changes the value or its time to live.
/// - Adding counts from 0 where there is nothing; the value is the number in decimal digits. The time to live is
///   that of whoever counted first: later additions leave it. No addition is lost among concurrent ones.
/// - Adding to what is no number, or beyond the numbers of 64 bits, is `Invalid`, and changes nothing.
/// - Removing what is not there is no failure.
/// - Keys do not influence each other, whatever characters they hold.
#[async_trait]
pub trait Cache: fmt::Debug + Send + Sync + 'static {
    /// The value, if it is there.
    async fn get(&self, key: &CacheKey) -> Result<Option<Vec<u8>>, PortError>;

    /// Keeps the value for so long.
    async fn set(&self, key: &CacheKey, value: &[u8], ttl: Duration) -> Result<(), PortError>;

    /// Keeps the value for so long unless there is one; says whether it did.
    async fn set_if_absent(&self, key: &CacheKey, value: &[u8], ttl: Duration) -> Result<bool, PortError>;

    /// Adds to a counter and gives its new value; a new counter lives for `ttl`.
    async fn add(&self, key: &CacheKey, amount: i64, ttl: Duration) -> Result<i64, PortError>;

    /// Removes all of them; none is an error, however many there are.
    async fn remove(&self, keys: &[CacheKey]) -> Result<(), PortError>;

    /// Whether the backend answers.
    async fn ping(&self) -> Result<(), PortError>;
}
