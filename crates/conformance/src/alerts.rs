//! What a way to tell operators must do; see [`saaskit_kernel::Alerts`].

use std::sync::Arc;

use async_trait::async_trait;
use saaskit_kernel::{Alert, Alerts, PortError, Severity};

use crate::email_sender::Refusal;

/// Whoever is told, in a test.
#[async_trait]
pub trait Watcher: std::fmt::Debug + Send + Sync {
    /// Everything that arrived, in order, the severity as its word.
    async fn received(&self) -> Vec<Received>;

    /// Turns the next alert down.
    async fn refuse_next(&self, refusal: Refusal);
}

/// An alert as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The word of its severity.
    pub severity: String,
    /// Its title.
    pub title: String,
    /// Its message.
    pub message: String,
    /// Names and values.
    pub fields: Vec<(String, String)>,
}

impl From<Alert> for Received {
    fn from(alert: Alert) -> Self {
        let fields = alert.fields.into_iter().map(|(name, value)| (name.to_owned(), value));
        Self {
            severity: alert.severity.as_str().to_owned(),
            title: alert.title,
            message: alert.message,
            fields: fields.collect(),
        }
    }
}

/// A way to tell, and who is told by it.
#[derive(Debug, Clone)]
pub struct AlertsHarness {
    /// The way.
    pub alerts: Arc<dyn Alerts>,
    /// Who is told, and has heard nothing yet.
    pub watcher: Arc<dyn Watcher>,
}

/// Makes a module `alerts_suite` of tests. Takes an expression for a future of
/// [`AlertsHarness`](crate::alerts::AlertsHarness).
#[macro_export]
macro_rules! alerts_suite {
    ($fresh:expr) => {
        $crate::suite! { alerts_suite of alerts, $fresh,
            every_severity_arrives_whole
            difficult_texts_arrive_as_they_were_given
            an_alert_without_fields_arrives
            a_refusal_for_now_is_worth_another_try
            a_refusal_for_good_is_not
            a_failure_holds_nothing_of_the_alert
        }
    };
}

fn alert(severity: Severity) -> Alert {
    Alert {
        severity,
        title: "The cache is gone".to_owned(),
        message: "The fallback serves.\nLook at the server.".to_owned(),
        fields: vec![("zone", "b".to_owned()), ("adapter", "redis".to_owned()), ("failures", "3".to_owned())],
    }
}

async fn assert_arrives(harness: &AlertsHarness, alerts: Vec<Alert>) {
    for alert in &alerts {
        harness.alerts.send(alert).await.unwrap();
    }
    let expected: Vec<Received> = alerts.into_iter().map(Received::from).collect();
    assert_eq!(harness.watcher.received().await, expected);
}

/// Severity, title, message, and the fields in their order.
pub async fn every_severity_arrives_whole(harness: AlertsHarness) {
    assert_arrives(&harness, [Severity::Info, Severity::Warning, Severity::Critical].map(alert).into()).await;
}

/// Quotes, marks and letters of other languages are text like any other.
pub async fn difficult_texts_arrive_as_they_were_given(harness: AlertsHarness) {
    let difficult = Alert {
        severity: Severity::Warning,
        title: "\"Größe\" of [queue] <b>\u{1f980}</b> & 100 %".to_owned(),
        message: "{\"a\": 1}\n\n--boundary--\n.\n\\n ünd so".to_owned(),
        fields: vec![("queue", "a: b = \"c\"".to_owned()), ("since", "12:00".to_owned())],
    };
    assert_arrives(&harness, vec![difficult]).await;
}

/// Nothing to search for is nothing to leave out.
pub async fn an_alert_without_fields_arrives(harness: AlertsHarness) {
    assert_arrives(&harness, vec![Alert { fields: Vec::new(), ..alert(Severity::Info) }]).await;
}

async fn refused(harness: &AlertsHarness, refusal: Refusal) -> PortError {
    harness.watcher.refuse_next(refusal).await;
    let error = harness.alerts.send(&alert(Severity::Critical)).await.unwrap_err();
    assert_eq!(harness.watcher.received().await, [], "it was tried again");
    error
}

/// A failure says by its kind that another try can help, and it does; none is made inside.
pub async fn a_refusal_for_now_is_worth_another_try(harness: AlertsHarness) {
    let error = refused(&harness, Refusal::ForNow).await;
    assert!(error.is_transient(), "{error:?}");
    assert_arrives(&harness, vec![alert(Severity::Critical)]).await;
}

/// A failure says by its kind that no other try can help.
pub async fn a_refusal_for_good_is_not(harness: AlertsHarness) {
    let error = refused(&harness, Refusal::ForGood).await;
    assert!(!error.is_transient(), "{error:?}");
}

/// It is logged beside the alert itself, and needs to repeat nothing.
pub async fn a_failure_holds_nothing_of_the_alert(harness: AlertsHarness) {
    for refusal in [Refusal::ForNow, Refusal::ForGood] {
        let error = refused(&harness, refusal).await;
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("fallback serves") && !shown.contains("redis"), "{shown}");
    }
}
