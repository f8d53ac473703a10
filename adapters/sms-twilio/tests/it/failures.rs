use std::error::Error;
use std::time::Duration;

use saaskit_kernel::{ErrorKind, PortError, ProviderId, SmsSender};
use saaskit_peers::{Order, free_port};
use saaskit_sms_twilio::{TwilioConfig, TwilioSms};
use serde_json::json;

use crate::peer::{BODY, Peer, TO, message, refusal};

const SID: &str = "SM0123456789abcdef0123456789abcdef";

fn everything_it_shows(error: &dyn Error) -> String {
    let cause = error.source().map(everything_it_shows).unwrap_or_default();
    format!("{error} {error:?} {error:#?} {cause}")
}

/// Nothing of what was sent, of whom it was, or of what was said.
fn assert_silent(peer: &Peer, error: &PortError) {
    let shown = everything_it_shows(error);
    for secret in [TO, BODY, "493817", &peer.account, "token-of", "127.0.0.1"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn every_refusal_is_told_by_its_kind_and_its_codes_alone() {
    use ErrorKind::{Invalid, Rejected, Throttled, TimedOut, Unavailable};
    let peer = Peer::alone().await;
    let sender = peer.sender();
    for (status, code, kind) in [
        (400, 21211, Invalid),
        (400, 21614, Invalid),
        (400, 21617, Invalid),
        (400, 21610, Rejected),
        (400, 21408, Rejected),
        (400, 21612, Rejected),
        (400, 21606, Unavailable),
        (400, 21611, Throttled),
        (401, 20003, Unavailable),
        (403, 20003, Unavailable),
        (404, 20404, Unavailable),
        (429, 20429, Throttled),
        (500, 20500, TimedOut),
        (503, 20503, Unavailable),
    ] {
        peer.say(status, "", refusal(status, code));
        let error = sender.send(&message()).await.unwrap_err();
        assert_eq!((error.kind(), error.retry_after()), (kind, None), "{status} {code}");
        assert!(format!("{error:?}").contains(&format!("{status} {code}")), "{error:?}");
        assert_silent(&peer, &error);
    }
}

#[tokio::test]
async fn a_refusal_that_can_not_be_read_counts_by_its_status() {
    let peer = Peer::alone().await;
    for (status, kind) in [
        (302, ErrorKind::Unavailable),
        (400, ErrorKind::Rejected),
        (429, ErrorKind::Throttled),
        (502, ErrorKind::TimedOut),
    ] {
        peer.say(status, "Location: /elsewhere\r\n", format!("<html>{TO} {BODY}"));
        let error = peer.sender().send(&message()).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{status}");
        assert_silent(&peer, &error);
    }
    assert_eq!(peer.front.exchanges().len(), 4, "nothing is asked twice, and nobody is followed elsewhere");
}

#[tokio::test]
async fn what_is_too_much_says_when_it_no_longer_is() {
    let peer = Peer::alone().await;
    for (header, wait) in [
        ("Retry-After: 30\r\n", Some(Duration::from_secs(30))),
        ("Retry-After: 99999999\r\n", Some(Duration::from_hours(1))),
        ("Retry-After: soon\r\n", None),
        ("", None),
    ] {
        peer.say(429, header, refusal(429, 20429));
        let error = peer.sender().send(&message()).await.unwrap_err();
        assert_eq!((error.kind(), error.retry_after()), (ErrorKind::Throttled, wait), "{header}");
    }
}

#[tokio::test]
async fn a_yes_without_a_message_may_have_been_one() {
    let peer = Peer::alone().await;
    for body in
        ["", "{", "[]", "{}", r#"{"sid":null,"status":"queued"}"#, r#"{"sid":"../x","status":"queued"}"#]
    {
        peer.say(201, "", body);
        let error = peer.sender().send(&message()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut, "{body}");
        assert_silent(&peer, &error);
    }
}

#[tokio::test]
async fn an_answer_has_its_size_and_its_time() {
    let peer = Peer::alone().await;
    let yes = json!({ "sid": SID, "status": "queued", "body": " ".repeat(70_000) }).to_string();
    peer.say(201, "", yes);
    let error = peer.sender().send(&message()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error:?}");

    let sender =
        TwilioSms::new(&TwilioConfig { timeout: Duration::from_millis(300), ..peer.config() }).unwrap();
    let begin = b"HTTP/1.1 201 Created\r\n\r\n".to_vec();
    for order in [Order::SayNothing, Order::SayForEver(begin, Duration::from_millis(50))] {
        peer.front.order(order.clone());
        let in_time = tokio::time::timeout(Duration::from_secs(2), sender.send(&message())).await;
        assert!(in_time.is_ok(), "{order:?} held it up");
        let error = in_time.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut, "{order:?}");
        assert_silent(&peer, &error);
    }
}

#[tokio::test]
async fn a_server_that_was_not_reached_took_nothing() {
    let peer = Peer::alone().await;
    let nobody = format!("http://127.0.0.1:{}", free_port().unwrap());
    let open = peer.front.url().replace("http:", "https:");
    for base_url in [nobody, open] {
        let sender = TwilioSms::new(&TwilioConfig { base_url, ..peer.config() }).unwrap();
        let error = sender.send(&message()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error:?}");
        assert_silent(&peer, &error);
    }
}

#[tokio::test]
async fn a_question_that_fails_took_nothing() {
    let peer = Peer::alone().await;
    let (sender, id) = (peer.sender(), ProviderId(SID.to_owned()));
    for order in [Order::HangUp, Order::Say(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n".to_vec())] {
        peer.front.order(order.clone());
        peer.front.order(order);
        assert_eq!(sender.status(&id).await.unwrap_err().kind(), ErrorKind::Unavailable);
        assert_eq!(sender.verify().await.unwrap_err().kind(), ErrorKind::Unavailable);
    }
    peer.say(404, "", refusal(404, 20404));
    let error = sender.status(&id).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert_silent(&peer, &error);
}
