//! A look-alike of SNS that checks every signature. `SAASKIT_TEST_SNS` says where it is and which key it knows.

use std::sync::Arc;

use saaskit_conformance::sms_sender::{Provider, SmsSenderHarness};
use saaskit_kernel::{ErrorKind, ProviderId, SmsSender};

use crate::peer::{Peer, message};

/// Its address, and the id and the secret of the key it knows.
#[expect(clippy::disallowed_methods, reason = "the test runner says here where its server is")]
fn access() -> [String; 3] {
    let access = std::env::var("SAASKIT_TEST_SNS").expect("SAASKIT_TEST_SNS names an address and a key");
    let words: Vec<String> = access.split(' ').map(str::to_owned).collect();
    words.try_into().expect("an address, the id of a key, and its secret")
}

async fn peer() -> Peer {
    let [server, id, secret] = access();
    Peer::before(Some(server), &id, &secret).await
}

async fn harness() -> SmsSenderHarness {
    let peer = peer().await;
    SmsSenderHarness {
        sender: Arc::new(peer.sender()),
        patience: peer.config().timeout,
        provider: Arc::new(peer),
        stranger: ProviderId("6c6d1fb6-9a3f-5b5c-8b39-4d3a2e9f0a11".to_owned()),
    }
}

saaskit_conformance::sms_sender_suite!(super::harness());

#[tokio::test]
async fn messages_wait_for_an_operator_who_mends_the_key() {
    let [server, id, secret] = access();
    let (wrong, nobody) = (secret.chars().rev().collect::<String>(), "AKIAIOSFODNN7EXAMPLE");
    for (id, secret) in [(id.as_str(), &wrong), (nobody, &secret)] {
        let peer = Peer::before(Some(server.clone()), id, secret).await;
        let sender = peer.sender();
        for error in [sender.send(&message()).await.unwrap_err(), sender.verify().await.unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::Unavailable);
            let shown = format!("{error:?} {error:#?}");
            assert!(shown.contains("403") && !shown.contains(id) && !shown.contains(secret), "{shown}");
        }
        assert_eq!(peer.received().await, []);
    }
}
