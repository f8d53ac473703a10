//! What a collector of errors must do; see [`saaskit_kernel::ErrorReporter`].

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use saaskit_kernel::{ErrorContext, ErrorKind, ErrorReporter, PortError, RequestId};
use tokio::time::timeout;

/// Where errors are collected, in a test.
#[async_trait]
pub trait Collector: std::fmt::Debug + Send + Sync {
    /// Everything that has arrived, one text for each error, with all that came with it.
    async fn collected(&self) -> Vec<String>;

    /// From now on it takes whatever comes and answers nothing.
    async fn fall_silent(&self);
}

/// A reporter, and where what it reports is collected.
#[derive(Debug, Clone)]
pub struct ErrorReporterHarness {
    /// The reporter.
    pub reporter: Arc<dyn ErrorReporter>,
    /// The other side, which has collected nothing yet.
    pub collector: Arc<dyn Collector>,
}

/// Makes a module `error_reporter_suite` of tests. Takes an expression for a future of
/// [`ErrorReporterHarness`](crate::error_reporter::ErrorReporterHarness).
#[macro_export]
macro_rules! error_reporter_suite {
    ($fresh:expr) => {
        $crate::suite! { error_reporter_suite of error_reporter, $fresh,
            an_error_arrives_with_its_causes_and_its_context
            what_belongs_to_somebody_does_not_arrive
            every_error_has_arrived_after_a_flush
            reporting_never_waits
        }
    };
}

fn error(why: &str) -> PortError {
    PortError::new(ErrorKind::Unexpected, "cellar").because(why.to_owned())
}

async fn arrived(harness: &ErrorReporterHarness) -> Vec<String> {
    harness.reporter.flush(Duration::from_secs(10)).await;
    harness.collector.collected().await
}

/// Each cause, the request and the operation.
pub async fn an_error_arrives_with_its_causes_and_its_context(harness: ErrorReporterHarness) {
    let context = ErrorContext {
        request: RequestId::parse("0193a5b0c7f17d2e9a4b3c2d1e0f9a8b"),
        operation: Some("/api/v1/auth/register".to_owned()),
    };
    harness.reporter.report(&error("the shelf broke"), &context);
    let [arrived] = &arrived(&harness).await[..] else { unreachable!("one error was reported") };
    for part in ["cellar", "the shelf broke", "0193a5b0c7f17d2e9a4b3c2d1e0f9a8b", "/api/v1/auth/register"] {
        assert!(arrived.contains(part), "{part} is not in {arrived}");
    }
}

/// Addresses, phone numbers and tokens are taken out, wherever in the chain they stand.
pub async fn what_belongs_to_somebody_does_not_arrive(harness: ErrorReporterHarness) {
    let theirs = ["ana.pop@example.org", "+40 721 234 567", "192.0.2.7", "Zm9vYmFyYmF6cXV4Zm9vYmFy1234"];
    let cause = error(&theirs.join(" and "));
    let outer = PortError::new(ErrorKind::Unexpected, "cellar").because(cause);
    harness.reporter.report(&outer, &ErrorContext::default());
    let arrived = arrived(&harness).await.concat();
    for part in theirs {
        assert!(!arrived.contains(part), "{part} is in {arrived}");
    }
}

/// Each for itself.
pub async fn every_error_has_arrived_after_a_flush(harness: ErrorReporterHarness) {
    let places: Vec<String> = (0..10).map(|n| format!("shelf number {n} broke")).collect();
    for place in &places {
        harness.reporter.report(&error(place), &ErrorContext::default());
    }
    let arrived = arrived(&harness).await;
    assert_eq!(arrived.len(), places.len());
    assert!(places.iter().zip(&arrived).all(|(place, arrived)| arrived.contains(place)), "{arrived:?}");
}

/// However many there are, and whatever the other side does.
pub async fn reporting_never_waits(harness: ErrorReporterHarness) {
    harness.collector.fall_silent().await;
    let reporter = harness.reporter.clone();
    let reporting = tokio::task::spawn_blocking(move || {
        for n in 0..1000 {
            reporter.report(&error(&format!("the shelf broke {n} times")), &ErrorContext::default());
        }
    });
    timeout(Duration::from_secs(5), reporting).await.expect("it waits").unwrap();
}
