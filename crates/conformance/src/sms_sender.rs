//! What a sender of text messages must do; see [`saaskit_kernel::SmsSender`].

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use saaskit_kernel::{ErrorKind, PhoneNumber, PortError, ProviderId, SmsMessage, SmsSender, SmsStatus};

use crate::at_once::at_once;

/// A text as the provider took it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedSms {
    /// The number it is to.
    pub to: String,
    /// The text.
    pub body: String,
    /// The number it is from; `None` where the provider decides, or keeps no senders.
    pub from: Option<String>,
}

/// What a provider does instead of doing what it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It says that the number, which it repeats, can't be reached.
    Unreachable,
    /// It asks to be left alone for so long.
    Throttled(Duration),
    /// It says that it is out of order.
    Broken,
    /// It says something that is no answer.
    Nonsense,
    /// It goes on answering for ever.
    Endless,
    /// It says nothing.
    Silent,
    /// It hangs up.
    HangsUp,
    /// It takes the message and hangs up.
    TakesAndHangsUp,
}

/// The other side of a sender under test.
#[async_trait]
pub trait Provider: std::fmt::Debug + Send + Sync {
    /// Everything it took, in order.
    async fn received(&self) -> Vec<ReceivedSms>;

    /// What becomes of the next request.
    async fn trouble_next(&self, trouble: Trouble);

    /// Whether it can come into that trouble at all. A folder, say, hangs up on nobody: checks pass that over.
    fn can_be_in(&self, _trouble: Trouble) -> bool {
        true
    }
}

/// A sender, and the provider it hands messages to.
#[derive(Debug, Clone)]
pub struct SmsSenderHarness {
    /// The sender.
    pub sender: Arc<dyn SmsSender>,
    /// The other side, which has taken nothing yet.
    pub provider: Arc<dyn Provider>,
    /// What the sender says it waits at most.
    pub patience: Duration,
    /// What could be the id of a message and is none.
    pub stranger: ProviderId,
}

/// Makes a module `sms_sender_suite` of tests. Takes an expression for a future of
/// [`SmsSenderHarness`](crate::sms_sender::SmsSenderHarness).
#[macro_export]
macro_rules! sms_sender_suite {
    ($fresh:expr) => {
        $crate::suite! { sms_sender_suite of sms_sender, $fresh,
            a_text_arrives_as_it_was_given
            difficult_texts_arrive_as_they_were_given
            who_it_is_from_is_who_was_named
            texts_sent_at_once_all_arrive
            a_number_that_can_not_be_reached_is_not_tried_again
            who_sends_too_much_is_told_when_to_come_again
            a_provider_in_trouble_is_worth_another_try
            what_may_have_been_taken_is_told_so
            a_call_hands_a_message_over_once_at_most
            a_failure_holds_no_text_and_no_number
            the_status_of_a_message_that_was_taken_is_known_or_said_not_to_be
            a_message_nobody_knows_has_no_status
            a_provider_that_takes_messages_is_verified
            a_provider_in_trouble_is_not
        }
    };
}

const CODE: &str = "Your code is 493817";

/// What nobody can send through.
const TROUBLES: [Trouble; 6] = [
    Trouble::Throttled(Duration::from_secs(7)),
    Trouble::Broken,
    Trouble::Nonsense,
    Trouble::Endless,
    Trouble::Silent,
    Trouble::HangsUp,
];

fn to(last: usize) -> PhoneNumber {
    PhoneNumber::parse(&format!("+407212345{last:02}")).unwrap()
}

fn text(body: &str) -> SmsMessage {
    keyed("sms_1", body)
}

fn keyed(key: &str, body: &str) -> SmsMessage {
    SmsMessage::new(key, to(67), body).unwrap()
}

/// Those of the troubles that the provider can come into.
fn possible(harness: &SmsSenderHarness, troubles: &[Trouble]) -> Vec<Trouble> {
    troubles.iter().copied().filter(|trouble| harness.provider.can_be_in(*trouble)).collect()
}

/// What nobody can send through, and the provider can come into.
fn troubles(harness: &SmsSenderHarness) -> Vec<Trouble> {
    let possible = possible(harness, &TROUBLES);
    assert!(!possible.is_empty(), "no provider is without troubles");
    possible
}

async fn assert_arrived(harness: &SmsSenderHarness, sent: &[SmsMessage]) {
    let received = harness.provider.received().await;
    let told = |received: &ReceivedSms| (received.to.clone(), received.body.clone());
    let given = |sent: &SmsMessage| (sent.to.as_str().to_owned(), sent.body().to_owned());
    assert_eq!(received.iter().map(told).collect::<Vec<_>>(), sent.iter().map(given).collect::<Vec<_>>());
}

async fn failed(harness: &SmsSenderHarness, trouble: Trouble) -> PortError {
    harness.provider.trouble_next(trouble).await;
    let answer = harness.sender.send(&text(CODE)).await;
    assert!(answer.is_err(), "{trouble:?} was taken as {answer:?}");
    answer.unwrap_err()
}

/// A message that was taken arrives as it was given: number and text.
pub async fn a_text_arrives_as_it_was_given(harness: SmsSenderHarness) {
    let sent = text(CODE);
    let id = harness.sender.send(&sent).await.unwrap();
    assert!(!id.0.is_empty());
    assert_arrived(&harness, &[sent]).await;
}

/// Marks of other formats, line ends, signs beyond ASCII and the longest text are text like any other.
pub async fn difficult_texts_arrive_as_they_were_given(harness: SmsSenderHarness) {
    let sent = [
        keyed("sms_1", "a=b&c=d%26+e;f #g? \"h\" <i>\\j</i>"),
        keyed("sms_2", "Grüße\u{1f980}\n\n@app.example #493817"),
        keyed("sms_3", &"ä".repeat(SmsMessage::LONGEST)),
    ];
    for message in &sent {
        harness.sender.send(message).await.unwrap();
    }
    assert_arrived(&harness, &sent).await;
}

/// It is from whom the message says, and otherwise from who the sender usually is.
pub async fn who_it_is_from_is_who_was_named(harness: SmsSenderHarness) {
    let named = PhoneNumber::parse("+442079460958").unwrap();
    let mut own = keyed("sms_1", CODE);
    own.from = Some(named.clone());
    harness.sender.send(&own).await.unwrap();
    harness.sender.send(&keyed("sms_2", CODE)).await.unwrap();
    let froms: Vec<_> = harness.provider.received().await.into_iter().map(|sms| sms.from).collect();
    assert_eq!(froms.len(), 2);
    if froms.iter().any(Option::is_some) {
        assert_eq!(froms[0].as_deref(), Some(named.as_str()));
        assert_ne!(froms[1].as_deref(), Some(named.as_str()));
    }
}

/// Messages sent side by side neither mix nor get lost.
pub async fn texts_sent_at_once_all_arrive(harness: SmsSenderHarness) {
    let message = |n: usize| SmsMessage::new(format!("sms_{n}"), to(n), format!("Number {n}")).unwrap();
    let send = |n: usize| {
        let sender = harness.sender.clone();
        async move { sender.send(&message(n)).await.unwrap() }
    };
    let mut ids = at_once((0..20).map(send).collect()).await;
    ids.sort_by(|one, other| one.0.cmp(&other.0));
    ids.dedup();
    assert_eq!(ids.len(), 20, "each has an id of its own");
    let mut received = harness.provider.received().await;
    received.sort_by(|one, other| one.to.cmp(&other.to));
    assert_eq!(received.len(), 20);
    for (n, received) in received.into_iter().enumerate() {
        assert_eq!((received.to.as_str(), received.body), (to(n).as_str(), format!("Number {n}")));
    }
}

/// A number the provider can't reach is `Invalid` or `Rejected`.
pub async fn a_number_that_can_not_be_reached_is_not_tried_again(harness: SmsSenderHarness) {
    for trouble in possible(&harness, &[Trouble::Unreachable]) {
        let error = failed(&harness, trouble).await;
        assert!(matches!(error.kind(), ErrorKind::Invalid | ErrorKind::Rejected), "{error:?}");
    }
    assert_arrived(&harness, &[]).await;
}

/// Too many requests are `Throttled`, with the time the provider named.
pub async fn who_sends_too_much_is_told_when_to_come_again(harness: SmsSenderHarness) {
    let wait = Duration::from_secs(7);
    for trouble in possible(&harness, &[Trouble::Throttled(wait)]) {
        let error = failed(&harness, trouble).await;
        assert_eq!((error.kind(), error.retry_after()), (ErrorKind::Throttled, Some(wait)), "{error:?}");
    }
}

/// A provider that is broken, silent or says nonsense fails in a way that is worth another try, in time; and that
/// try succeeds.
pub async fn a_provider_in_trouble_is_worth_another_try(harness: SmsSenderHarness) {
    for trouble in troubles(&harness) {
        let in_time = tokio::time::timeout(harness.patience * 3, failed(&harness, trouble)).await;
        assert!(in_time.is_ok(), "{trouble:?} took longer than it may");
        let error = in_time.unwrap();
        assert!(error.is_transient(), "{trouble:?}: {error:?}");
    }
    let sent = text(CODE);
    harness.sender.send(&sent).await.unwrap();
    assert_arrived(&harness, &[sent]).await;
}

/// One that may have been taken is a `TimedOut`: who must not send twice does not send again.
pub async fn what_may_have_been_taken_is_told_so(harness: SmsSenderHarness) {
    let unknown = [Trouble::Nonsense, Trouble::Silent, Trouble::HangsUp, Trouble::TakesAndHangsUp];
    for trouble in possible(&harness, &unknown) {
        let error = failed(&harness, trouble).await;
        assert_eq!(error.kind(), ErrorKind::TimedOut, "{trouble:?}: {error:?}");
    }
}

/// A message is handed over at most once a call, whatever became of it.
pub async fn a_call_hands_a_message_over_once_at_most(harness: SmsSenderHarness) {
    let hangs_up = possible(&harness, &[Trouble::TakesAndHangsUp]);
    let taken = vec![text(CODE); hangs_up.len()];
    for trouble in hangs_up {
        failed(&harness, trouble).await;
    }
    assert_arrived(&harness, &taken).await;
    for trouble in troubles(&harness) {
        failed(&harness, trouble).await;
    }
    assert_arrived(&harness, &taken).await;
}

fn everything_it_shows(error: &dyn Error) -> String {
    let cause = error.source().map(everything_it_shows).unwrap_or_default();
    format!("{error} {error:?} {error:#?} {cause}")
}

/// A failure never holds a text or a whole number, in none of its causes: it is logged.
pub async fn a_failure_holds_no_text_and_no_number(harness: SmsSenderHarness) {
    for trouble in troubles(&harness).into_iter().chain(possible(&harness, &[Trouble::Unreachable])) {
        let shown = everything_it_shows(&failed(&harness, trouble).await);
        for secret in ["493817", "721234567", "Your code"] {
            assert!(!shown.contains(secret), "{trouble:?}: {shown}");
        }
    }
}

/// A message that was taken has not failed yet.
pub async fn the_status_of_a_message_that_was_taken_is_known_or_said_not_to_be(harness: SmsSenderHarness) {
    let id = harness.sender.send(&text(CODE)).await.unwrap();
    let status = harness.sender.status(&id).await.unwrap();
    assert!(!matches!(status, SmsStatus::Failed | SmsStatus::Undelivered), "{status:?}");
}

/// The status of a message the provider does not know is `Rejected`, unless it can't say of any.
pub async fn a_message_nobody_knows_has_no_status(harness: SmsSenderHarness) {
    for id in [harness.stranger.clone(), ProviderId("../Accounts".to_owned()), ProviderId(String::new())] {
        match harness.sender.status(&id).await {
            Ok(status) => assert_eq!(status, SmsStatus::Unknown),
            Err(error) => assert_eq!(error.kind(), ErrorKind::Rejected, "{error:?}"),
        }
    }
}

/// A provider that takes messages from us is told so, and nothing is sent for it.
pub async fn a_provider_that_takes_messages_is_verified(harness: SmsSenderHarness) {
    harness.sender.verify().await.unwrap();
    assert_arrived(&harness, &[]).await;
}

/// One that does not, is not; and it is asked again another time.
pub async fn a_provider_in_trouble_is_not(harness: SmsSenderHarness) {
    for trouble in troubles(&harness) {
        harness.provider.trouble_next(trouble).await;
        let in_time = tokio::time::timeout(harness.patience * 3, harness.sender.verify()).await;
        assert!(in_time.is_ok(), "{trouble:?} took longer than it may");
        let error = in_time.unwrap().unwrap_err();
        assert!(error.is_transient(), "{trouble:?}: {error:?}");
    }
    harness.sender.verify().await.unwrap();
}
