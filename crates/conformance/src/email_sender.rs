//! What a sender of mail must do; see [`saaskit_kernel::EmailSender`].

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use saaskit_kernel::{EmailMessage, EmailSender, ErrorKind, Mailbox, Name, PortError};

use crate::at_once::at_once;
use crate::fixtures::email;

/// A mail as it arrived, its parts decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The local part of its Message-ID, or what stands for it.
    pub key: String,
    /// The sender's address as it was written; `None` where the receiver keeps no senders.
    pub from: Option<String>,
    /// The recipient's address as it was written.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

/// How a receiver turns a mail down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Another try may help.
    ForNow,
    /// No try will help.
    ForGood,
}

/// The other side of a sender under test.
#[async_trait]
pub trait Receiver: std::fmt::Debug + Send + Sync {
    /// Everything that arrived, in order.
    async fn received(&self) -> Vec<Received>;

    /// Turns the next mail down.
    async fn refuse_next(&self, refusal: Refusal);

    /// Turns the next mail down because nobody has the address it is to.
    async fn know_nobody_next(&self);
}

/// A sender, and who gets what it sends.
#[derive(Debug, Clone)]
pub struct EmailSenderHarness {
    /// The sender.
    pub sender: Arc<dyn EmailSender>,
    /// The other side, which has received nothing yet.
    pub receiver: Arc<dyn Receiver>,
}

/// Makes a module `email_sender_suite` of tests. Takes an expression for a future of
/// [`EmailSenderHarness`](crate::email_sender::EmailSenderHarness).
#[macro_export]
macro_rules! email_sender_suite {
    ($fresh:expr) => {
        $crate::suite! { email_sender_suite of email_sender, $fresh,
            a_mail_arrives_as_it_was_given
            difficult_bodies_arrive_as_they_were_given
            a_mail_sent_again_arrives_with_the_same_key
            mails_sent_at_once_all_arrive
            a_refusal_for_now_is_worth_another_try
            a_refusal_for_good_is_not
            an_address_nobody_has_is_told_from_every_other_refusal
            a_failure_holds_no_body_and_no_address
            a_provider_that_takes_mail_is_verified
        }
    };
}

const SECRET: &str = "https://app.example/verify#token=s3cr3t";

fn mail(key: &str) -> EmailMessage {
    let from = Mailbox { name: Some(Name::parse("Acme, \"the\" Zoë").unwrap()), email: email("no-reply") };
    let (text, html) = (format!("Grüße!\n{SECRET}\n"), format!("<p>Grüße! <a href=\"{SECRET}\">x</a></p>\n"));
    EmailMessage::new(key, from, email("ana.pop").into(), "Grüße \u{1f980}, Ana", text, html)
}

fn as_received(message: &EmailMessage) -> Received {
    Received {
        key: message.key.clone(),
        from: Some(message.from.email.original().to_owned()),
        to: message.to.email.original().to_owned(),
        subject: message.subject.clone(),
        text: message.text.clone(),
        html: message.html.clone(),
    }
}

/// Line ends may be changed on the way, and the last one added or lost.
fn normal(received: Received) -> Received {
    let lines = |text: String| text.replace("\r\n", "\n").trim_end_matches('\n').to_owned();
    Received { text: lines(received.text), html: lines(received.html), ..received }
}

async fn assert_arrived(harness: &EmailSenderHarness, messages: &[EmailMessage]) {
    let received = harness.receiver.received().await;
    assert_eq!(received.len(), messages.len(), "{received:?}");
    for (received, message) in received.into_iter().zip(messages) {
        let sent = as_received(message);
        let sent = Received { from: sent.from.filter(|_| received.from.is_some()), ..sent };
        assert_eq!(normal(received), normal(sent));
    }
}

/// A mail that was taken arrives as it was given: addresses, subject, both bodies, key.
pub async fn a_mail_arrives_as_it_was_given(harness: EmailSenderHarness) {
    let mail = mail("msg_1");
    let id = harness.sender.send(&mail).await.unwrap();
    assert!(!id.0.is_empty());
    assert_arrived(&harness, &[mail]).await;
}

/// Lines of one dot, long lines, empty lines and marks of other formats are text like any other.
pub async fn difficult_bodies_arrive_as_they_were_given(harness: EmailSenderHarness) {
    let long = "ä".repeat(2000);
    let text = format!(".\n..\n\n.dot\nFrom me\n=3D {long}\n--boundary--\nend\n");
    let html = format!("<p>.</p>\n.\n<!-- {long} -->\n");
    let subject = format!("{} end", "Ünïcode ".repeat(20));
    let plain = mail("msg_2");
    let difficult = EmailMessage::new("msg_2", plain.from, plain.to, &subject, text, html);
    harness.sender.send(&difficult).await.unwrap();
    assert_arrived(&harness, &[difficult]).await;
}

/// Sending the same key again is allowed; whoever receives can tell that it is the same mail.
pub async fn a_mail_sent_again_arrives_with_the_same_key(harness: EmailSenderHarness) {
    let (first, other) = (mail("msg_3"), mail("msg_4"));
    for message in [&first, &first, &other] {
        harness.sender.send(message).await.unwrap();
    }
    let mut keys: Vec<String> = harness.receiver.received().await.into_iter().map(|mail| mail.key).collect();
    keys.dedup();
    assert_eq!(keys, ["msg_3", "msg_4"]);
}

/// Mails sent side by side neither mix nor get lost.
pub async fn mails_sent_at_once_all_arrive(harness: EmailSenderHarness) {
    let send = |n: usize| {
        let sender = harness.sender.clone();
        async move { sender.send(&mail(&format!("msg_{n:02}"))).await.map(|_| ()) }
    };
    for answer in at_once((0..20).map(send).collect()).await {
        answer.unwrap();
    }
    let mut keys: Vec<String> = harness.receiver.received().await.into_iter().map(|mail| mail.key).collect();
    keys.sort();
    assert_eq!(keys, (0..20).map(|n| format!("msg_{n:02}")).collect::<Vec<_>>());
}

async fn refused(harness: &EmailSenderHarness, refusal: Refusal) -> PortError {
    harness.receiver.refuse_next(refusal).await;
    failed(harness).await
}

async fn failed(harness: &EmailSenderHarness) -> PortError {
    let error = harness.sender.send(&mail("msg_5")).await.unwrap_err();
    assert_eq!(harness.receiver.received().await, [], "what was refused did not arrive");
    error
}

/// A failure says by its kind that another try can help, and it does.
pub async fn a_refusal_for_now_is_worth_another_try(harness: EmailSenderHarness) {
    let error = refused(&harness, Refusal::ForNow).await;
    assert!(error.is_transient(), "{error:?}");
    harness.sender.send(&mail("msg_5")).await.unwrap();
    assert_arrived(&harness, &[mail("msg_5")]).await;
}

/// A failure says by its kind that no other try can help.
pub async fn a_refusal_for_good_is_not(harness: EmailSenderHarness) {
    let error = refused(&harness, Refusal::ForGood).await;
    assert!(!error.is_transient(), "{error:?}");
}

/// Of an address nobody has a failure says so, and of no other.
pub async fn an_address_nobody_has_is_told_from_every_other_refusal(harness: EmailSenderHarness) {
    harness.receiver.know_nobody_next().await;
    let error = failed(&harness).await;
    assert_eq!(error.kind(), ErrorKind::NoRecipient, "{error:?}");
    for refusal in [Refusal::ForNow, Refusal::ForGood] {
        let error = refused(&harness, refusal).await;
        assert_ne!(error.kind(), ErrorKind::NoRecipient, "{error:?}");
    }
}

fn everything_it_shows(error: &dyn Error) -> String {
    let cause = error.source().map(everything_it_shows).unwrap_or_default();
    format!("{error} {error:?} {error:#?} {cause}")
}

/// A failure never holds a body or an address, in none of its causes: it is logged.
pub async fn a_failure_holds_no_body_and_no_address(harness: EmailSenderHarness) {
    harness.receiver.know_nobody_next().await;
    let mut errors = vec![failed(&harness).await];
    for refusal in [Refusal::ForNow, Refusal::ForGood] {
        errors.push(refused(&harness, refusal).await);
    }
    for error in errors {
        let shown = everything_it_shows(&error);
        for secret in ["s3cr3t", "ana.pop", "Grüße"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

/// A provider that takes mail from us is told so.
pub async fn a_provider_that_takes_mail_is_verified(harness: EmailSenderHarness) {
    harness.sender.verify().await.unwrap();
}
