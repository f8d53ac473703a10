use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use saaskit_conformance::alerts::{AlertsHarness, Received, Watcher};
use saaskit_conformance::email_sender::Refusal;
use saaskit_conformance::error_reporter::{Collector, ErrorReporterHarness};
use saaskit_conformance::fixtures::{CountingEntropy, FixedClock};
use saaskit_conformance::geo_ip::{KNOWN, KNOWN_V6, london, romania};
use saaskit_conformance::ip_reputation::TOLD;
use saaskit_kernel::{
    Alert, Alerts, AllAlerts, Badness, ErrorKind, GeoIp, IpReputation, Severity, Source, SparseAlerts,
};
use saaskit_memory::{MemoryAlerts, MemoryErrorReporter, MemoryGeoIp, MemoryIpReputation};

#[derive(Debug)]
struct Kept(Arc<MemoryAlerts>);

#[async_trait]
impl Watcher for Kept {
    async fn received(&self) -> Vec<Received> {
        self.0.sent().into_iter().map(Received::from).collect()
    }

    async fn refuse_next(&self, refusal: Refusal) {
        self.0.fail_next(match refusal {
            Refusal::ForNow => ErrorKind::Unavailable,
            Refusal::ForGood => ErrorKind::Rejected,
        });
    }
}

fn alerts() -> AlertsHarness {
    let alerts = Arc::new(MemoryAlerts::default());
    AlertsHarness { alerts: alerts.clone(), watcher: Arc::new(Kept(alerts)) }
}

saaskit_conformance::alerts_suite!(std::future::ready(super::alerts()));

#[derive(Debug)]
struct Reports(Arc<MemoryErrorReporter>);

#[async_trait]
impl Collector for Reports {
    async fn collected(&self) -> Vec<String> {
        self.0.reports().iter().map(|report| format!("{report:?}")).collect()
    }

    async fn fall_silent(&self) {}
}

fn reporter() -> ErrorReporterHarness {
    let reporter = Arc::new(MemoryErrorReporter::default());
    ErrorReporterHarness { reporter: reporter.clone(), collector: Arc::new(Reports(reporter)) }
}

saaskit_conformance::error_reporter_suite!(std::future::ready(super::reporter()));

fn geo() -> Arc<dyn GeoIp> {
    let places = [(KNOWN, london()), (KNOWN_V6, romania())];
    Arc::new(MemoryGeoIp::from_iter(places.map(|(address, place)| (address.parse().unwrap(), place))))
}

saaskit_conformance::geo_ip_suite!(std::future::ready(super::geo()));

fn reputation() -> Arc<dyn IpReputation> {
    let told = TOLD.map(|(address, score)| (address.parse().unwrap(), Badness::new(score)));
    Arc::new(MemoryIpReputation::from_iter(told))
}

saaskit_conformance::ip_reputation_suite!(std::future::ready(super::reputation()));

fn alert(title: &str) -> Alert {
    Alert {
        severity: Severity::Critical,
        title: title.to_owned(),
        message: String::new(),
        fields: Vec::new(),
    }
}

#[tokio::test]
async fn one_title_is_told_once_a_minute_and_how_often_it_came_is_told_with_the_next() {
    let (kept, clock) = (Arc::new(MemoryAlerts::default()), Arc::new(FixedClock::default()));
    let source = Source::new(clock.clone(), Arc::new(CountingEntropy::default()));
    let sparse = SparseAlerts::new(kept.clone(), source);
    for title in ["gone", "gone", "back", "gone"] {
        sparse.send(&alert(title)).await.unwrap();
    }
    clock.advance(Duration::from_secs(59));
    sparse.send(&alert("gone")).await.unwrap();
    let titles = |alerts: Vec<Alert>| alerts.into_iter().map(|alert| alert.title).collect::<Vec<_>>();
    assert_eq!(titles(kept.sent()), ["gone", "back"]);
    clock.advance(Duration::from_secs(1));
    sparse.send(&alert("gone")).await.unwrap();
    let last = kept.sent().pop().unwrap();
    assert_eq!((last.title.as_str(), last.fields), ("gone", vec![("times_since_told", "3".to_owned())]));
}

#[tokio::test]
async fn an_alert_that_did_not_arrive_may_be_told_again_at_once() {
    let kept = Arc::new(MemoryAlerts::default());
    let sparse = SparseAlerts::new(kept.clone(), saaskit_conformance::fixtures::source());
    kept.fail_next(ErrorKind::Unavailable);
    assert!(sparse.send(&alert("gone")).await.is_err());
    sparse.send(&alert("gone")).await.unwrap();
    assert_eq!(kept.sent().len(), 1);
}

#[tokio::test]
async fn everybody_is_told_and_it_fails_only_if_nobody_was_reached() {
    let [one, other] = [Arc::new(MemoryAlerts::default()), Arc::new(MemoryAlerts::default())];
    let all = AllAlerts(vec![one.clone(), other.clone()]);
    one.fail_next(ErrorKind::Unavailable);
    all.send(&alert("gone")).await.unwrap();
    assert_eq!((one.sent().len(), other.sent().len()), (0, 1));
    one.fail_next(ErrorKind::Throttled);
    other.fail_next(ErrorKind::Rejected);
    assert_eq!(all.send(&alert("gone")).await.unwrap_err().kind(), ErrorKind::Throttled);
    all.send(&alert("gone")).await.unwrap();
    assert_eq!((one.sent().len(), other.sent().len()), (1, 2));
}
