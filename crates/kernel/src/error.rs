use std::error::Error;
use std::time::Duration;

/// Why a port could not do what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request can never succeed as it is: never retried.
    Invalid,
    /// The other side refused for good: never retried.
    Rejected,
    /// Whom it is for does not exist, as the other side knows for sure: never retried, and nothing else goes there.
    NoRecipient,
    /// The other side is down, broken or unreachable: worth a retry.
    Unavailable,
    /// No answer in time: worth a retry, and what was asked may have happened.
    TimedOut,
    /// Too many requests, there or here: worth a retry after [`PortError::retry_after`].
    Throttled,
    /// A bug, here or there: never retried.
    Unexpected,
}

/// The failure of any port: one type, so that retrying, logging and answering need no knowledge of vendors.
#[derive(Debug, thiserror::Error)]
#[error("{adapter}: {kind:?}")]
pub struct PortError {
    kind: ErrorKind,
    adapter: &'static str,
    retry_after: Option<Duration>,
    unasked: bool,
    #[source]
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl PortError {
    /// A failure of the adapter of that name.
    pub fn new(kind: ErrorKind, adapter: &'static str) -> Self {
        Self { kind, adapter, retry_after: None, unasked: false, source: None }
    }

    /// The same, with the vendor's error, or a sentence, as its cause. It is logged and never shown.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The same, with the time after which the other side wants to be asked again.
    #[must_use]
    pub fn after(mut self, retry_after: Duration) -> Self {
        self.retry_after = Some(retry_after);
        self
    }

    /// The same, of a question that was not even asked: it tells nothing of what was to be done.
    #[must_use]
    pub fn unasked(mut self) -> Self {
        self.unasked = true;
        self
    }

    /// What sort of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The time after which to ask again, if the other side said.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Whether the other side was asked at all.
    pub fn was_asked(&self) -> bool {
        !self.unasked
    }

    /// Whole seconds after which to ask again, never too few; at least 1.
    pub fn retry_after_seconds(&self) -> u64 {
        self.retry_after.map_or(1, |wait| wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
    }

    /// Whether asking again can help.
    pub fn is_transient(&self) -> bool {
        matches!(self.kind, ErrorKind::Unavailable | ErrorKind::TimedOut | ErrorKind::Throttled)
    }
}
