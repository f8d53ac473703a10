use saaskit_kernel::{ErrorKind, PhoneNumber, ProviderId, SmsSender, SmsStatus};
use serde_json::json;

use crate::peer::{Peer, message};

const SID: &str = "SM0123456789abcdef0123456789abcdef";

#[tokio::test]
async fn a_message_is_a_form_that_is_signed_in_with() {
    let peer = Peer::alone().await;
    peer.say(201, "", json!({ "sid": SID, "status": "queued" }).to_string());
    assert_eq!(peer.sender().send(&message()).await.unwrap(), ProviderId(SID.to_owned()));

    let mut other = message();
    other.from = PhoneNumber::parse("+442079460958").ok();
    peer.say(201, "", json!({ "sid": SID, "status": "queued" }).to_string());
    peer.sender().send(&other).await.unwrap();

    let exchanges = peer.front.exchanges();
    let account = &peer.account;
    let line = format!("POST /2010-04-01/Accounts/{account}/Messages.json HTTP/1.1\r\n");
    for (exchange, from) in exchanges.iter().zip(["%2B15005550006", "%2B442079460958"]) {
        assert!(exchange.request.starts_with(&line), "{exchange:?}");
        let form = format!("\r\n\r\nTo=%2B40721234567&From={from}&Body=Your+code+is+493817");
        assert!(exchange.request.ends_with(&form), "{exchange:?}");
        let head = exchange.request.to_lowercase();
        assert!(head.contains("\r\nauthorization: basic "), "{exchange:?}");
        assert!(head.contains("\r\ncontent-type: application/x-www-form-urlencoded\r\n"), "{exchange:?}");
    }
}

#[tokio::test]
async fn what_became_of_a_message_is_read_where_it_is() {
    let peer = Peer::alone().await;
    peer.say(200, "", json!({ "sid": SID, "status": "delivered" }).to_string());
    let status = peer.sender().status(&ProviderId(SID.to_owned())).await.unwrap();
    assert_eq!(status, SmsStatus::Delivered);
    let account = &peer.account;
    let line = format!("GET /2010-04-01/Accounts/{account}/Messages/{SID}.json HTTP/1.1\r\n");
    assert!(peer.front.exchanges()[0].request.starts_with(&line));
}

#[tokio::test]
async fn an_id_that_can_not_be_one_is_not_asked_for() {
    let peer = Peer::alone().await;
    for id in
        ["", "SM", "../../../x", "SM0123456789abcdef0123456789abcd/.", "AC0123456789abcdef0123456789abcdef"]
    {
        let error = peer.sender().status(&ProviderId(id.to_owned())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Rejected, "{id}");
    }
    assert_eq!(peer.front.exchanges().len(), 0);
}
