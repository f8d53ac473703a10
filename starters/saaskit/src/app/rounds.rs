use std::time::Duration;

use saaskit_kernel::{Alarms, Alert, Alerts, Backoff, Nudge, Source};
use tokio_util::sync::CancellationToken;

/// Nudges that come closer together are one.
const APART: Duration = Duration::from_millis(10);
/// When an alert that was not taken is sent again.
const ALERTS: Backoff = Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(4), tries: 4 };

/// Runs again and again until `stop`, resting for `period` in between.
pub(super) async fn every<F: Future<Output = ()>>(
    period: Duration,
    stop: &CancellationToken,
    run: impl FnMut() -> F,
) {
    every_or_nudged(period, &Nudge::default(), stop, run).await;
}

/// The same, and a nudge ends a rest.
pub(super) async fn every_or_nudged<F: Future<Output = ()>>(
    period: Duration,
    nudge: &Nudge,
    stop: &CancellationToken,
    mut run: impl FnMut() -> F,
) {
    while !stop.is_cancelled() {
        run().await;
        let rest = async {
            tokio::time::sleep(APART).await;
            tokio::select! {
                () = tokio::time::sleep(period.saturating_sub(APART)) => {}
                () = nudge.nudged() => {}
            }
        };
        tokio::select! {
            () = rest => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Runs after every nudge.
pub(super) async fn whenever_nudged<F: Future<Output = ()>>(nudge: &Nudge, mut run: impl FnMut() -> F) {
    loop {
        nudge.nudged().await;
        run().await;
        tokio::time::sleep(APART).await;
    }
}

/// Sends alerts as they are raised; what is not taken is tried a few times.
pub(super) async fn send_alerts(alarms: &Alarms, alerts: &dyn Alerts, source: &Source) {
    loop {
        send_alert(alerts, &alarms.next().await, source).await;
    }
}

async fn send_alert(alerts: &dyn Alerts, alert: &Alert, source: &Source) {
    let mut tried = 0;
    while let Err(error) = alerts.send(alert).await {
        tried += 1;
        let Some(wait) = ALERTS.after(tried, source).filter(|_| error.is_transient()) else {
            let error = &error as &dyn std::error::Error;
            return tracing::error!(error, title = alert.title, "an alert could not be sent");
        };
        tokio::time::sleep(wait).await;
    }
}
