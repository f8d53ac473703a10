use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use saaskit_alert_webhook::{WebhookAlerts, WebhookConfig};
use saaskit_conformance::alerts::{AlertsHarness, Received, Watcher};
use saaskit_conformance::email_sender::Refusal;
use saaskit_conformance::fixtures::source;
use saaskit_kernel::{Alert, Alerts, ErrorKind, Secret, Severity};
use saaskit_peers::{Answer, Asked, Http};
use serde_json::Value;

/// Answers what was ordered, one after the other, and then 204.
#[derive(Debug)]
struct Receiver {
    server: Http,
    orders: Arc<Mutex<Vec<Answer>>>,
    refused: Mutex<usize>,
}

impl Receiver {
    async fn start() -> Self {
        let orders: Arc<Mutex<Vec<Answer>>> = Arc::default();
        let answers = orders.clone();
        let server = Http::start(move |_| answers.lock().unwrap().pop().unwrap_or(Answer::of(204, "")));
        Self { server: server.await.unwrap(), orders, refused: Mutex::default() }
    }

    fn answer_next(&self, answer: Answer) {
        self.orders.lock().unwrap().insert(0, answer);
    }

    fn alerts(&self) -> WebhookAlerts {
        let secret = Some(Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
        let url = Secret::new(format!("{}/hook?token=s3cr3t", self.server.url()));
        let config = WebhookConfig { secret, timeout: Duration::from_millis(500), ..WebhookConfig::new(url) };
        WebhookAlerts::new(&config, source()).unwrap()
    }
}

fn received(asked: &Asked) -> Received {
    let body: Value = serde_json::from_slice(&asked.body).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let fields = body["fields"].as_array().unwrap();
    Received {
        severity: text(&body["severity"]),
        title: text(&body["title"]),
        message: text(&body["message"]),
        fields: fields.iter().map(|field| (text(&field["name"]), text(&field["value"]))).collect(),
    }
}

#[async_trait]
impl Watcher for Receiver {
    async fn received(&self) -> Vec<Received> {
        let refused = *self.refused.lock().unwrap();
        self.server.asked().iter().skip(refused).map(received).collect()
    }

    async fn refuse_next(&self, refusal: Refusal) {
        *self.refused.lock().unwrap() += 1;
        self.answer_next(Answer::of(if refusal == Refusal::ForNow { 503 } else { 404 }, "no"));
    }
}

async fn harness() -> AlertsHarness {
    let receiver = Receiver::start().await;
    AlertsHarness { alerts: Arc::new(receiver.alerts()), watcher: Arc::new(receiver) }
}

saaskit_conformance::alerts_suite!(super::harness());

fn alert() -> Alert {
    Alert {
        severity: Severity::Critical,
        title: "The cache is gone".to_owned(),
        message: "The fallback serves.".to_owned(),
        fields: Vec::new(),
    }
}

#[tokio::test]
async fn an_alert_is_one_signed_post_of_json() {
    let receiver = Receiver::start().await;
    receiver.alerts().send(&alert()).await.unwrap();
    let [asked] = &receiver.server.asked()[..] else { unreachable!("one alert is one request") };
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/hook?token=s3cr3t"));
    assert_eq!(asked.header("content-type"), Some("application/json"));
    assert!(asked.header("webhook-id").unwrap().starts_with("msg_"));
    assert_eq!(asked.header("webhook-timestamp").unwrap(), source().now().seconds().to_string());
    assert!(asked.header("webhook-signature").unwrap().starts_with("v1,"));
}

#[tokio::test]
async fn every_answer_is_told_by_its_kind() {
    use ErrorKind::{Rejected, Throttled, Unavailable};
    let receiver = Receiver::start().await;
    for (status, kind) in [
        (302, Rejected),
        (400, Rejected),
        (401, Rejected),
        (408, Unavailable),
        (410, Rejected),
        (429, Throttled),
        (500, Unavailable),
        (504, Unavailable),
    ] {
        let headers = vec![
            ("location", format!("{}/elsewhere", receiver.server.url())),
            ("retry-after", "7".to_owned()),
        ];
        receiver.answer_next(Answer::Of { status, headers, body: b"no".to_vec() });
        let error = receiver.alerts().send(&alert()).await.unwrap_err();
        assert_eq!((error.kind(), error.retry_after_seconds()), (kind, 7), "{status}");
    }
    assert!(receiver.server.asked().iter().all(|asked| asked.path.starts_with("/hook")), "it followed");
}

#[tokio::test]
async fn who_answers_too_late_or_not_at_all_is_given_up_and_no_failure_tells_where_it_went() {
    let receiver = Receiver::start().await;
    receiver.answer_next(Answer::Nothing);
    let late = receiver.alerts().send(&alert()).await.unwrap_err();
    assert_eq!(late.kind(), ErrorKind::TimedOut);
    let alerts = receiver.alerts();
    drop(receiver);
    let gone = tokio::time::timeout(Duration::from_secs(5), async {
        loop {
            if let Err(error) = alerts.send(&alert()).await {
                return error;
            }
        }
    });
    let gone = gone.await.unwrap();
    assert_eq!(gone.kind(), ErrorKind::Unavailable);
    assert!(!format!("{late:?} {gone:?} {alerts:?}").contains("s3cr3t"));
}
