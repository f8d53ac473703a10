//! Everything here went through a proxy that lets only pass what Twilio's published contract allows, there and back.
//! `SAASKIT_TEST_TWILIO` says where it is, and where the recorder behind it shows what it took.

use std::sync::Arc;

use saaskit_conformance::sms_sender::SmsSenderHarness;
use saaskit_kernel::{ErrorKind, PhoneNumber, ProviderId, Secret, SmsSender, SmsStatus};
use saaskit_sms_twilio::{TwilioConfig, TwilioSms};

use crate::peer::{Peer, message};

#[expect(clippy::disallowed_methods, reason = "the test runner says here where its servers are")]
fn addresses() -> (String, String) {
    let addresses = std::env::var("SAASKIT_TEST_TWILIO").expect("SAASKIT_TEST_TWILIO names two addresses");
    let (proxy, recorder) = addresses.split_once(' ').expect("two addresses");
    (proxy.to_owned(), recorder.to_owned())
}

async fn peer() -> Peer {
    let (proxy, recorder) = addresses();
    Peer::before(Some(proxy), Some(recorder)).await
}

async fn harness() -> SmsSenderHarness {
    let peer = peer().await;
    SmsSenderHarness {
        sender: Arc::new(peer.sender()),
        patience: peer.config().timeout,
        provider: Arc::new(peer),
        stranger: ProviderId("SM0123456789abcdef0123456789abcdef".to_owned()),
    }
}

saaskit_conformance::sms_sender_suite!(super::harness());

#[tokio::test]
async fn the_numbers_that_stand_for_refusals_are_refused_for_what_they_stand_for() {
    let peer = peer().await;
    for (to, kind) in [
        ("+15005550001", ErrorKind::Invalid),
        ("+15005550009", ErrorKind::Invalid),
        ("+15005550002", ErrorKind::Rejected),
        ("+15005550003", ErrorKind::Rejected),
        ("+15005550004", ErrorKind::Rejected),
    ] {
        let mut message = message();
        message.to = PhoneNumber::parse(to).unwrap();
        let error = peer.sender().send(&message).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error:?}");
    }
    for (from_number, kind) in [
        ("+15005550001", ErrorKind::Unavailable),
        ("+15005550007", ErrorKind::Unavailable),
        ("+15005550008", ErrorKind::Throttled),
    ] {
        let config = TwilioConfig { from_number: from_number.to_owned(), ..peer.config() };
        let error = TwilioSms::new(&config).unwrap().send(&message()).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error:?}");
    }
    assert!(peer.taken().is_empty());
}

#[tokio::test]
async fn messages_wait_for_an_operator_who_mends_the_token() {
    let peer = peer().await;
    let config = TwilioConfig { auth_token: Secret::new("x".repeat(32)), ..peer.config() };
    let sender = TwilioSms::new(&config).unwrap();
    for error in [sender.send(&message()).await.unwrap_err(), sender.verify().await.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert!(format!("{error:?}").contains("401 20003"), "{error:?}");
    }
    assert!(peer.taken().is_empty());
}

#[tokio::test]
async fn what_became_of_a_message_is_told_as_it_changes() {
    let peer = peer().await;
    let id = peer.sender().send(&message()).await.unwrap();
    assert_eq!(peer.sender().status(&id).await.unwrap(), SmsStatus::Queued);
    for (word, status) in [
        ("sent", SmsStatus::Sent),
        ("delivered", SmsStatus::Delivered),
        ("failed", SmsStatus::Failed),
        ("undelivered", SmsStatus::Undelivered),
    ] {
        saaskit_peers::post(&addresses().1, &format!("/status/{}/{word}", id.0)).unwrap();
        assert_eq!(peer.sender().status(&id).await.unwrap(), status, "{word}");
    }
    let other = Peer::before(Some(addresses().0), Some(addresses().1)).await;
    assert_eq!(
        other.sender().status(&id).await.unwrap_err().kind(),
        ErrorKind::Rejected,
        "another's message"
    );
}
