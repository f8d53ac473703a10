use saaskit_conformance::fixtures::email;
use saaskit_email_smtp::{SmtpConfig, SmtpLogin, SmtpTls};
use saaskit_kernel::{EmailMessage, EmailSender, ErrorKind, Secret};

use crate::peer::{Peer, sender};

pub(crate) fn mail(key: &str) -> EmailMessage {
    let (text, html) = ("one\n".to_owned(), "<p>one</p>\n".to_owned());
    EmailMessage::new(key, email("no-reply").into(), email("ana").into(), "Hello", text, html)
}

/// Everybody is refused, and nothing arrived.
async fn assert_waits(peer: &Peer, config: &SmtpConfig) {
    let error = sender(config).send(&mail("msg_1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error:?}");
    assert!(sender(config).verify().await.is_err());
    assert!(peer.mails().await.is_empty());
}

#[tokio::test]
async fn mail_is_encrypted_and_signed_in_where_that_is_asked_for() {
    for (port, tls) in
        [("starttls", SmtpTls::StartTls), ("implicit", SmtpTls::Implicit), ("locked", SmtpTls::Implicit)]
    {
        let peer = Peer::new().await;
        let config = SmtpConfig { login: Some(peer.login()), ..peer.config(port, tls) };
        sender(&config).send(&mail("msg_1")).await.unwrap();
        let mails = peer.mails().await;
        assert_eq!((&mails[0]["tls"], &mails[0]["login"]), (&true.into(), &"acme".into()), "{port}");
    }
}

#[tokio::test]
async fn a_server_without_encryption_gets_nothing_where_it_is_asked_for() {
    let peer = Peer::new().await;
    assert_waits(&peer, &peer.config("plain", SmtpTls::StartTls)).await;
    assert_waits(&peer, &peer.config("plain", SmtpTls::Implicit)).await;
}

#[tokio::test]
async fn a_server_that_is_somebody_else_gets_nothing() {
    let peer = Peer::new().await;
    assert_waits(&peer, &peer.config("foreign", SmtpTls::StartTls)).await;
    let stranger = SmtpConfig { root_certificate: None, ..peer.config("starttls", SmtpTls::StartTls) };
    assert_waits(&peer, &stranger).await;
}

#[tokio::test]
async fn mail_waits_for_an_operator_who_mends_the_login() {
    let peer = Peer::new().await;
    let wrong = SmtpLogin { password: Secret::new("Tr0ub4dor"), ..peer.login() };
    let config = peer.config("locked", SmtpTls::Implicit);
    let error = sender(&config).send(&mail("msg_1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error:?}");
    let config = SmtpConfig { login: Some(wrong), ..config };
    assert_waits(&peer, &config).await;
    let error = sender(&config).send(&mail("msg_1")).await.unwrap_err();
    assert!(!format!("{error:?}").contains("Tr0ub4dor") && format!("{error:?}").contains("535"), "{error:?}");
}

#[tokio::test]
async fn an_address_beyond_ascii_needs_a_server_that_knows_such() {
    let peer = Peer::new().await;
    let to = saaskit_kernel::Email::parse("zoë@bücher.example").unwrap();
    let plain = mail("msg_1");
    let mail = EmailMessage::new("msg_1", plain.from, to.into(), "Hello", plain.text, plain.html);
    sender(&peer.config("plain", SmtpTls::None)).send(&mail).await.unwrap();
    assert_eq!(peer.mails().await[0]["envelope"][1][0], "zoë@xn--bcher-kva.example");
    let refused = sender(&peer.config("implicit", SmtpTls::Implicit)).send(&mail).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Rejected);
}
