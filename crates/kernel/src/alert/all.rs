use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future::join_all;

use crate::{Alert, Alerts, ErrorKind, PortError};

/// Tells everybody who watches, side by side. It failed only if nobody was reached: whoever was need not be told
/// twice. What failed otherwise is logged.
#[derive(Debug, Clone)]
pub struct AllAlerts(pub Vec<Arc<dyn Alerts>>);

#[async_trait]
impl Alerts for AllAlerts {
    async fn send(&self, alert: &Alert) -> Result<(), PortError> {
        let answers = join_all(self.0.iter().map(|one| one.send(alert))).await;
        let reached = answers.iter().any(Result::is_ok);
        let mut failures = answers.into_iter().filter_map(Result::err);
        if reached {
            for error in failures {
                tracing::warn!(error = &error as &dyn std::error::Error, "an alert did not reach everybody");
            }
            return Ok(());
        }
        Err(failures
            .next()
            .unwrap_or_else(|| PortError::new(ErrorKind::Rejected, "alerts").because("nobody watches")))
    }
}
