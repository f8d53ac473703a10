use std::sync::Arc;
use std::time::Duration;

use saaskit_conformance::fixtures::{FixedClock, source_at};
use saaskit_kernel::{
    Alarms, BehindBreaker, Breaker, BreakerSettings, Email, EmailMessage, EmailSender, ErrorKind, Mailbox,
    PortError, ProviderId,
};
use saaskit_memory::MemoryEmailSender;

/// What ten mails in a row come to, when the server fails the first ones, and how many it took.
async fn send_ten(failures: usize, kind: ErrorKind) -> (Vec<Result<ProviderId, PortError>>, usize) {
    let server = Arc::new(MemoryEmailSender::default());
    server.fail_next(failures, kind);
    let source = source_at(Arc::new(FixedClock::default()));
    let breaker = Breaker::new("email", BreakerSettings::default(), source, Alarms::default());
    let sender = BehindBreaker::<dyn EmailSender>::new(server.clone(), breaker);
    let ana = Mailbox::from(Email::parse("ana@example.org").unwrap());
    let mail = EmailMessage::new("key", ana.clone(), ana, "Hello", String::new(), String::new());
    let mut answers = Vec::new();
    for _ in 0..10 {
        answers.push(sender.send(&mail).await);
    }
    (answers, server.sent().len())
}

#[tokio::test]
async fn a_server_that_is_away_is_not_asked_and_the_caller_learns_when_to_come_again() {
    let (answers, taken) = send_ten(3, ErrorKind::Unavailable).await;
    assert_eq!(taken, 0);
    for answer in answers.into_iter().skip(3) {
        let error = answer.unwrap_err();
        let wait = error.retry_after().unwrap();
        assert!(!error.was_asked(), "whoever waits may wait for nothing");
        assert!(error.is_transient() && wait > Duration::ZERO && wait <= Duration::from_secs(1), "{wait:?}");
    }
}

#[tokio::test]
async fn a_server_that_refuses_mails_is_not_away() {
    for kind in [ErrorKind::Rejected, ErrorKind::Throttled, ErrorKind::Invalid] {
        let (answers, taken) = send_ten(9, kind).await;
        assert_eq!(taken, 1, "{kind:?}");
        assert!(answers.into_iter().take(9).all(|answer| answer.unwrap_err().kind() == kind));
    }
}
