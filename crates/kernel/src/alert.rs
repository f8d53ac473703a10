mod all;
mod log;
mod sparse;

use std::error::Error;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use crate::{PortError, RequestId};

pub use all::AllAlerts;
pub use log::{LogAlerts, OnlyLogged};
pub use sparse::SparseAlerts;

/// How much somebody should hurry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Good to know: it is over.
    Info,
    /// Somebody should look at it today.
    Warning,
    /// Somebody should look at it now.
    Critical,
}

impl Severity {
    /// `info`, `warning`, `critical`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// Something an operator has to know. It holds no secret and nobody's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// How urgent it is.
    pub severity: Severity,
    /// What happened, on one line.
    pub title: String,
    /// What it means and what to do.
    pub message: String,
    /// What to search for: names and values.
    pub fields: Vec<(&'static str, String)>,
}

/// Tells operators.
///
/// # Contract
///
/// - An alert that was taken arrives whole: severity, title, message, fields in their order.
/// - A failure says by its kind whether another try can help; no alert is tried again inside.
#[async_trait]
pub trait Alerts: fmt::Debug + Send + Sync + 'static {
    /// Tells whoever watches.
    async fn send(&self, alert: &Alert) -> Result<(), PortError>;
}

/// Where an error happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErrorContext {
    /// The request it happened in.
    pub request: Option<RequestId>,
    /// The use case or route template it happened in.
    pub operation: Option<String>,
}

/// Collects errors that somebody has to mend: bugs, not refusals.
///
/// # Contract
///
/// - It never waits and never fails: what can't be delivered is dropped, and that is logged.
/// - An error arrives with its causes and its context, scrubbed of addresses, numbers and tokens.
/// - After a flush that was given the time, everything reported before has arrived.
#[async_trait]
pub trait ErrorReporter: fmt::Debug + Send + Sync + 'static {
    /// Hands an error over.
    fn report(&self, error: &(dyn Error + 'static), context: &ErrorContext);

    /// Waits until what was reported has left, but no longer than that.
    async fn flush(&self, within: Duration);
}
