use std::time::Duration;

use saaskit_email_smtp::{SmtpConfig, SmtpSender, SmtpTls};
use saaskit_kernel::{EmailSender, ErrorKind};
use serde_json::json;

use crate::encryption::mail;
use crate::peer::{Peer, sender};

async fn ids(peer: &Peer) -> Vec<String> {
    peer.mails().await.iter().map(|mail| mail["id"].as_str().unwrap().to_owned()).collect()
}

fn impatient(peer: &Peer, port: &str) -> SmtpSender {
    sender(&SmtpConfig { timeout: Duration::from_millis(300), ..peer.config(port, SmtpTls::None) })
}

#[tokio::test]
async fn every_refusal_is_told_by_its_kind_and_the_next_mail_arrives() {
    use ErrorKind::{NoRecipient, Rejected, Throttled, Unavailable};
    let peer = Peer::new().await;
    let sender = sender(&peer.config("plain", SmtpTls::None));
    let refusals = [
        ("MAIL", "421 4.3.2 closing", Unavailable),
        ("MAIL", "451 4.3.0 try later", Unavailable),
        ("MAIL", "553 5.7.1 not your address", Unavailable),
        ("RCPT", "450 4.2.0 greylisted", Throttled),
        ("RCPT", "452 4.2.2 full", Throttled),
        ("RCPT", "421 4.7.0 too many messages", Throttled),
        ("RCPT", "550 5.1.1 nobody", NoRecipient),
        ("RCPT", "550 5.7.1 not from you", Rejected),
        ("RCPT", "550 5.1.8 your domain", Unavailable),
        ("RCPT", "554 5.7.1 Relay access denied", Unavailable),
        ("RCPT", "550 5.1.1 <relay@x.example>: unknown", NoRecipient),
        ("CONTENT", "451 4.7.1 try later", Unavailable),
        ("CONTENT", "554 5.7.1 rejected", Rejected),
    ];
    for (n, (at, say, kind)) in refusals.into_iter().enumerate() {
        peer.order(json!({ "at": at, "say": say })).await;
        let error = sender.send(&mail("msg_x")).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{say}");
        assert!(format!("{error:?}").contains(&say[..9]), "{error:?}");
        sender.send(&mail(&format!("msg_{n}"))).await.unwrap();
    }
    let expected: Vec<String> = (0..refusals.len()).map(|n| format!("<msg_{n}@example.org>")).collect();
    assert_eq!(ids(&peer).await, expected);
}

#[tokio::test]
async fn a_server_that_hangs_up_or_says_nothing_took_nothing() {
    let peer = Peer::new().await;
    for port in ["dead", "mute"] {
        let error = impatient(&peer, port).send(&mail("msg_1")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{port}");
    }
    for at in ["MAIL", "RCPT"] {
        for order in [json!({ "at": at, "drop": true }), json!({ "at": at, "wait": 2 })] {
            peer.order(order).await;
            let error = impatient(&peer, "plain").send(&mail("msg_1")).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unavailable, "{at}");
        }
    }
}

#[tokio::test]
async fn a_mail_that_may_have_been_taken_is_told_so_and_bears_the_same_id_again() {
    let peer = Peer::new().await;
    let sender = impatient(&peer, "plain");
    for order in [
        json!({ "at": "CONTENT", "keep": true, "drop": true }),
        json!({ "at": "CONTENT", "keep": true, "wait": 5 }),
    ] {
        peer.order(order).await;
        let error = sender.send(&mail("msg_1")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut, "{error:?}");
    }
    sender.send(&mail("msg_1")).await.unwrap();
    assert_eq!(ids(&peer).await, ["<msg_1@example.org>"; 3]);
}

#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_costs_no_mail() {
    let peer = Peer::new().await;
    let sender = sender(&peer.config("plain", SmtpTls::None));
    sender.send(&mail("msg_1")).await.unwrap();
    peer.hang_up().await;
    sender.send(&mail("msg_2")).await.unwrap();
    assert_eq!(ids(&peer).await.len(), 2);
}

#[tokio::test]
async fn who_gives_up_in_the_middle_leaves_no_answer_to_the_next() {
    let peer = Peer::new().await;
    let sender = sender(&SmtpConfig { connections: 1, ..peer.config("plain", SmtpTls::None) });
    sender.send(&mail("msg_1")).await.unwrap();
    peer.order(json!({ "at": "RCPT", "wait": 1, "say": "550 5.1.1 nobody" })).await;
    let given_up = tokio::time::timeout(Duration::from_millis(300), sender.send(&mail("msg_2"))).await;
    assert!(given_up.is_err());
    sender.send(&mail("msg_3")).await.unwrap();
    assert_eq!(ids(&peer).await, ["<msg_1@example.org>", "<msg_3@example.org>"]);
}

#[tokio::test]
async fn who_waits_too_long_for_a_connection_is_told_to_come_again() {
    let peer = Peer::new().await;
    let config = SmtpConfig {
        connections: 1,
        timeout: Duration::from_millis(300),
        ..peer.config("plain", SmtpTls::None)
    };
    let sender = sender(&config);
    peer.order(json!({ "at": "CONTENT", "wait": 0.8 })).await;
    let (one, two) = (mail("msg_1"), mail("msg_2"));
    let (first, second) = tokio::join!(sender.send(&one), sender.send(&two));
    first.unwrap();
    assert_eq!(second.unwrap_err().kind(), ErrorKind::Unavailable);
    assert_eq!(ids(&peer).await, ["<msg_1@example.org>"]);
}
