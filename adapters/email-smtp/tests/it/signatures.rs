use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use saaskit_conformance::fixtures::email;
use saaskit_email_smtp::{DkimConfig, SmtpConfig, SmtpSender, SmtpTls};
use saaskit_kernel::{EmailMessage, EmailSender, Mailbox, Name, Secret, Source};

use crate::peer::Peer;

/// A key, and what its domain says of it.
fn keys() -> [(Secret, String); 2] {
    let pem = |der: &[u8]| {
        Secret::new(format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            STANDARD.encode(der)
        ))
    };
    let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let public: PublicKeyX509Der<'_> = rsa.public_key().as_der().unwrap();
    let rsa_record = format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(public.as_ref()));
    let private: Pkcs8V1Der<'_> = rsa.as_der().unwrap();
    let edwards = Ed25519KeyPair::generate().unwrap();
    let edwards_record = format!("v=DKIM1; k=ed25519; p={}", STANDARD.encode(edwards.public_key().as_ref()));
    [(pem(private.as_ref()), rsa_record), (pem(edwards.to_pkcs8v1().unwrap().as_ref()), edwards_record)]
}

#[tokio::test]
async fn a_verifier_that_is_not_ours_believes_the_signature_and_no_change() {
    let keys = keys();
    let others = keys.iter().rev().map(|(_, record)| record);
    for ((private_key, record), other) in keys.iter().zip(others) {
        let peer = Peer::new().await;
        let (domain, selector) = ("example.org".to_owned(), "s2026".to_owned());
        let dkim = Some(DkimConfig { domain, selector, private_key: private_key.clone() });
        let config = SmtpConfig { dkim, ..peer.config("plain", SmtpTls::None) };
        let to = Mailbox { name: Name::parse("Zoë \"Z\" Ö").ok(), email: email("ana") };
        let text = format!("  two  blanks \t\n\n.\n{}\n\n\n", "ä".repeat(400));
        let subject = "Grüße \u{1f980} ".repeat(12);
        let mail =
            EmailMessage::new("msg_1", email("no-reply").into(), to, &subject, text, "<p>one</p>".to_owned());
        SmtpSender::new(&config, Source::system()).unwrap().send(&mail).await.unwrap();

        let name = "s2026._domainkey.example.org.";
        assert!(peer.verifies(name, record, ["", ""]).await, "{record}");
        for change in [["<p>one", "<p>two"], ["no-reply@", "billing@"], ["msg_1@", "msg_2@"]] {
            assert!(!peer.verifies(name, record, change).await, "{change:?}");
        }
        let added = ["Auto-Submitted:", "Subject: Win!\r\nAuto-Submitted:"];
        assert!(!peer.verifies(name, record, added).await, "a second subject");
        assert!(!peer.verifies(name, other, ["", ""]).await, "another key");
    }
}
