use std::collections::VecDeque;
use std::error::Error;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use saaskit_kernel::{Alert, Alerts, ErrorContext, ErrorKind, ErrorReporter, PortError, scrub};

/// Keeps alerts for a test to look at, and fails when it is told to.
#[derive(Debug, Default)]
pub struct MemoryAlerts {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    sent: Vec<Alert>,
    failures: VecDeque<ErrorKind>,
}

impl MemoryAlerts {
    /// Every alert that was taken, in order.
    pub fn sent(&self) -> Vec<Alert> {
        self.kept().sent.clone()
    }

    /// Lets the next one fail, after those that fail already.
    pub fn fail_next(&self, kind: ErrorKind) {
        self.kept().failures.push_back(kind);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Alerts for MemoryAlerts {
    async fn send(&self, alert: &Alert) -> Result<(), PortError> {
        let mut kept = self.kept();
        if let Some(kind) = kept.failures.pop_front() {
            return Err(PortError::new(kind, "memory"));
        }
        kept.sent.push(alert.clone());
        Ok(())
    }
}

/// Keeps reported errors for a test to look at.
#[derive(Debug, Default)]
pub struct MemoryErrorReporter {
    reports: Mutex<Vec<Reported>>,
}

/// An error as it was reported, scrubbed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// What it says, and then each of its causes.
    pub says: Vec<String>,
    /// Where it happened.
    pub context: ErrorContext,
}

impl MemoryErrorReporter {
    /// Everything that was reported, in order; the newest thousand.
    pub fn reports(&self) -> Vec<Reported> {
        self.kept().clone()
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Reported>> {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl ErrorReporter for MemoryErrorReporter {
    fn report(&self, error: &(dyn Error + 'static), context: &ErrorContext) {
        let chain = std::iter::successors(Some(error), |error| (*error).source());
        let says = chain.map(|error| scrub(&error.to_string())).collect();
        let mut kept = self.kept();
        if kept.len() == 1000 {
            kept.remove(0);
        }
        kept.push(Reported { says, context: context.clone() });
    }

    async fn flush(&self, _within: Duration) {}
}
