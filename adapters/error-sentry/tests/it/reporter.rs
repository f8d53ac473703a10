use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use saaskit_conformance::error_reporter::{Collector, ErrorReporterHarness};
use saaskit_conformance::fixtures::{CountingEntropy, FixedClock, source};
use saaskit_error_sentry::{InvalidSentryConfig, SentryConfig, SentryReporter};
use saaskit_kernel::{ErrorContext, ErrorKind, ErrorReporter, PortError, Secret, Source};
use saaskit_peers::{Answer, Asked, Http};
use serde_json::Value;

const SOON: Duration = Duration::from_secs(10);

#[derive(Debug)]
struct Server {
    http: Http,
    silent: Arc<AtomicBool>,
}

impl Server {
    async fn start(answers: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let silent = Arc::new(AtomicBool::new(false));
        let quiet = silent.clone();
        let http = Http::start(
            move |asked| {
                if quiet.load(Ordering::SeqCst) { Answer::Nothing } else { answers(asked) }
            },
        );
        Self { http: http.await.unwrap(), silent }
    }

    fn config(&self) -> SentryConfig {
        let dsn = self.http.url().replace("http://", "http://s3cr3t@") + "/42";
        SentryConfig {
            timeout: Duration::from_secs(1),
            ..SentryConfig::new(Secret::new(dsn), "test", "saaskit@1")
        }
    }

    fn events(&self) -> Vec<String> {
        let bodies = self.http.asked().into_iter().map(|asked| String::from_utf8(asked.body).unwrap());
        bodies.collect()
    }
}

#[async_trait]
impl Collector for Server {
    async fn collected(&self) -> Vec<String> {
        self.events()
    }

    async fn fall_silent(&self) {
        self.silent.store(true, Ordering::SeqCst);
    }
}

fn taken(_: &Asked) -> Answer {
    Answer::of(200, "{}")
}

async fn harness() -> ErrorReporterHarness {
    let server = Server::start(taken).await;
    let reporter = Arc::new(SentryReporter::new(&server.config(), source()).unwrap());
    ErrorReporterHarness { reporter, collector: Arc::new(server) }
}

saaskit_conformance::error_reporter_suite!(super::harness());

fn error(why: &str) -> PortError {
    PortError::new(ErrorKind::Unexpected, "cellar").because(why.to_owned())
}

#[tokio::test]
async fn an_event_says_what_happened_and_nothing_of_the_machine_or_the_person() {
    let server = Server::start(taken).await;
    let reporter = SentryReporter::new(&server.config(), source()).unwrap();
    reporter.report(&error("the shelf broke"), &ErrorContext::default());
    reporter.flush(SOON).await;
    let [asked] = &server.http.asked()[..] else { unreachable!("one error is one request") };
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/api/42/envelope/"));
    assert!(asked.header("x-sentry-auth").unwrap().contains("sentry_key=s3cr3t"));
    let event: Value =
        serde_json::from_slice(asked.body.split(|byte| *byte == b'\n').nth(2).unwrap()).unwrap();
    let mut names: Vec<&str> = event.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["environment", "event_id", "exception", "release", "timestamp"]);
    let said: Vec<_> =
        event["exception"]["values"].as_array().unwrap().iter().map(|one| &one["value"]).collect();
    assert_eq!(said, ["the shelf broke", "cellar: Unexpected"]);
}

#[tokio::test]
async fn flushing_waits_for_what_was_reported_and_no_longer_than_it_was_told() {
    let server = Server::start(taken).await;
    let reporter = SentryReporter::new(&server.config(), source()).unwrap();
    for n in 0..20 {
        reporter.report(&error(&format!("shelf {n} broke")), &ErrorContext::default());
    }
    reporter.flush(SOON).await;
    assert_eq!(server.events().len(), 20);
    server.fall_silent().await;
    reporter.report(&error("and another"), &ErrorContext::default());
    let flush = reporter.flush(Duration::from_millis(100));
    tokio::time::timeout(Duration::from_millis(900), flush).await.unwrap();
}

#[tokio::test]
async fn a_collector_that_wants_to_rest_is_left_alone_for_as_long_as_it_said() {
    let server = Server::start(|_| Answer::Of {
        status: 429,
        headers: vec![("retry-after", "60".to_owned())],
        body: Vec::new(),
    });
    let server = server.await;
    let clock = Arc::new(FixedClock::default());
    let source = Source::new(clock.clone(), Arc::new(CountingEntropy::default()));
    let reporter = SentryReporter::new(&server.config(), source).unwrap();
    for (after, requests) in [(0, 1), (59, 1), (1, 2)] {
        clock.advance(Duration::from_secs(after));
        reporter.report(&error("the shelf broke"), &ErrorContext::default());
        reporter.flush(SOON).await;
        assert_eq!(server.events().len(), requests, "after {after} seconds more");
    }
}

#[tokio::test]
async fn what_is_no_dsn_is_refused_and_none_is_printed() {
    for dsn in ["", "hunter2", "https://a.example/hunter2", "ftp://hunter2@a.example/1"] {
        let config = SentryConfig::new(Secret::new(dsn), "test", "saaskit@1");
        assert_eq!(config.check(), Err(InvalidSentryConfig), "{dsn}");
        assert!(!format!("{config:?} {:?}", config.check()).contains("hunter2"));
    }
    let good = SentryConfig::new(Secret::new("https://hunter2@a.example/1"), "test", "saaskit@1");
    let reporter = SentryReporter::new(&good, source()).unwrap();
    assert!(!format!("{reporter:?}").contains("hunter2"));
}
