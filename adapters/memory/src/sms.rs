use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use saaskit_kernel::{ErrorKind, PortError, ProviderId, SmsMessage, SmsSender, SmsStatus};

/// Keeps texts for a test to look at, and fails when it is told to.
#[derive(Debug, Default)]
pub struct MemorySmsSender {
    texts: Mutex<Texts>,
}

#[derive(Debug, Default)]
struct Texts {
    taken: Vec<SmsMessage>,
    failures: VecDeque<Failure>,
}

#[derive(Debug, Clone, Copy)]
struct Failure {
    kind: ErrorKind,
    retry_after: Option<Duration>,
    takes: bool,
}

impl MemorySmsSender {
    /// Every text that was taken, in order, each try of its own.
    pub fn sent(&self) -> Vec<SmsMessage> {
        self.texts().taken.clone()
    }

    /// Lets the next call fail, after those that fail already.
    pub fn fail_next(&self, kind: ErrorKind) {
        self.fails(Failure { kind, retry_after: None, takes: false });
    }

    /// Lets the next call be one too many, after those that fail already.
    pub fn throttle_next(&self, retry_after: Duration) {
        self.fails(Failure { kind: ErrorKind::Throttled, retry_after: Some(retry_after), takes: false });
    }

    /// Lets the next text be taken without a word, after those that fail already.
    pub fn take_next_silently(&self) {
        self.fails(Failure { kind: ErrorKind::TimedOut, retry_after: None, takes: true });
    }

    fn fails(&self, failure: Failure) {
        self.texts().failures.push_back(failure);
    }

    fn texts(&self) -> MutexGuard<'_, Texts> {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<Failure> for PortError {
    fn from(failure: Failure) -> Self {
        let error = Self::new(failure.kind, "memory");
        match failure.retry_after {
            Some(retry_after) => error.after(retry_after),
            None => error,
        }
    }
}

#[async_trait]
impl SmsSender for MemorySmsSender {
    async fn send(&self, message: &SmsMessage) -> Result<ProviderId, PortError> {
        let mut texts = self.texts();
        let failure = texts.failures.pop_front();
        if failure.is_none_or(|failure| failure.takes) {
            texts.taken.push(message.clone());
        }
        match failure {
            Some(failure) => Err(failure.into()),
            None => Ok(ProviderId(format!("memory-{}", texts.taken.len()))),
        }
    }

    async fn status(&self, id: &ProviderId) -> Result<SmsStatus, PortError> {
        let number = id.0.strip_prefix("memory-").and_then(|number| number.parse::<usize>().ok());
        let is_taken = number.is_some_and(|number| (1..=self.texts().taken.len()).contains(&number));
        if is_taken { Ok(SmsStatus::Sent) } else { Err(PortError::new(ErrorKind::Rejected, "memory")) }
    }

    async fn verify(&self) -> Result<(), PortError> {
        self.texts().failures.pop_front().map_or(Ok(()), |failure| Err(failure.into()))
    }
}
