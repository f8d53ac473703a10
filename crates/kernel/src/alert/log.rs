use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;

use crate::{Alert, Alerts, ErrorContext, ErrorReporter, PortError, Severity};

/// [`Alerts`] that are written to the log, where whoever watches it finds them. It never fails.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogAlerts;

#[async_trait]
impl Alerts for LogAlerts {
    async fn send(&self, alert: &Alert) -> Result<(), PortError> {
        let Alert { severity, title, message, fields } = alert;
        match severity {
            Severity::Info => tracing::info!(title, message, ?fields, "an alert"),
            Severity::Warning => tracing::warn!(title, message, ?fields, "an alert"),
            Severity::Critical => tracing::error!(title, message, ?fields, "an alert"),
        }
        Ok(())
    }
}

/// An [`ErrorReporter`] that hands errors to nobody: they are in the log already, where they happened.
#[derive(Debug, Clone, Copy, Default)]
pub struct OnlyLogged;

#[async_trait]
impl ErrorReporter for OnlyLogged {
    fn report(&self, _error: &(dyn Error + 'static), _context: &ErrorContext) {}

    async fn flush(&self, _within: Duration) {}
}
