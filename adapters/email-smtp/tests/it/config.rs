use std::time::Duration;

use saaskit_email_smtp::{DkimConfig, SmtpConfig, SmtpLogin, SmtpTls};
use saaskit_kernel::Secret;

fn good() -> SmtpConfig {
    SmtpConfig::new("mail.example.com", SmtpTls::StartTls)
}

fn login() -> SmtpLogin {
    SmtpLogin { username: "acme".to_owned(), password: Secret::new("hunter2") }
}

#[test]
fn each_way_of_encryption_has_its_usual_port() {
    assert_eq!(SmtpTls::ALL.map(SmtpTls::port), [25, 587, 465]);
    assert_eq!(SmtpTls::ALL.map(|tls| SmtpTls::parse(tls.as_str())), SmtpTls::ALL.map(Some));
    assert_eq!(SmtpTls::parse("tls"), None);
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    assert_eq!(good().check(), Ok(()));
    let dkim = DkimConfig {
        domain: "a b".to_owned(),
        selector: "x\r\nBcc: y".to_owned(),
        private_key: Secret::new("no key"),
    };
    let wrong = SmtpConfig {
        host: "mail example".to_owned(),
        port: 0,
        login: Some(SmtpLogin { username: String::new(), password: Secret::default() }),
        hello: "a\r\nQUIT".to_owned(),
        connections: 0,
        timeout: Duration::ZERO,
        dkim: Some(dkim),
        ..good()
    };
    assert_eq!(wrong.check().unwrap_err().rules().len(), 9);
}

#[test]
fn a_password_is_sent_unencrypted_to_this_machine_only() {
    for (host, fits) in
        [("mail.example.com", false), ("127.0.0.1", true), ("localhost", true), ("10.0.0.1", false)]
    {
        let config = SmtpConfig { login: Some(login()), ..SmtpConfig::new(host, SmtpTls::None) };
        assert_eq!(config.check().is_ok(), fits, "{host}");
    }
}

#[test]
fn no_secret_is_printed() {
    let dkim = DkimConfig {
        domain: "example.com".to_owned(),
        selector: "one".to_owned(),
        private_key: Secret::new("hunter2"),
    };
    let config = SmtpConfig { login: Some(login()), dkim: Some(dkim), ..good() };
    assert!(!format!("{config:?}{:?}", config.check()).contains("hunter2"));
}
