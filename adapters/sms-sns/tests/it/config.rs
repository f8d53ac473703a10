use std::time::Duration;

use saaskit_kernel::{ErrorKind, Secret};
use saaskit_sms_sns::{InvalidSnsConfig, SnsConfig, SnsKey, SnsSms};

fn key() -> SnsKey {
    SnsKey {
        access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        secret_access_key: Secret::new("hunter2/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        session_token: Some(Secret::new("hunter2+hunter2=hunter2")),
    }
}

fn good() -> SnsConfig {
    SnsConfig::new("eu-central-1", key())
}

fn broken(config: &SnsConfig) -> Vec<&'static str> {
    let invalid = config.check().err();
    invalid.iter().flat_map(InvalidSnsConfig::rules).map(|(field, _)| *field).collect()
}

#[test]
fn everything_that_is_wrong_is_said_at_once_with_its_field() {
    assert_eq!(good().check(), Ok(()));
    let wrong = SnsConfig {
        region: "eu central".to_owned(),
        key: SnsKey {
            access_key_id: "AKIA".to_owned(),
            secret_access_key: Secret::new("hunter2"),
            session_token: Some(Secret::new("hunter2")),
        },
        endpoint_url: Some("http://sns.example.com".to_owned()),
        sender_id: Some("Acme Incorporated".to_owned()),
        timeout: Duration::ZERO,
    };
    let fields = [
        "region",
        "access_key_id",
        "secret_access_key",
        "session_token",
        "endpoint_url",
        "sender_id",
        "timeout",
    ];
    assert_eq!(broken(&wrong), fields);
    assert_eq!(SnsSms::new(&wrong).unwrap_err().kind(), ErrorKind::Invalid);
}

#[test]
fn a_region_can_stand_in_the_name_of_a_host() {
    for region in ["", "-", "eu-central-1.evil.example/", "EU-CENTRAL-1", "eu_central", &"a".repeat(33)] {
        assert_eq!(broken(&SnsConfig { region: region.to_owned(), ..good() }), ["region"], "{region}");
    }
}

#[test]
fn a_sender_has_11_letters_at_most_and_one_at_least() {
    for (sender, fits) in [
        ("Acme", true),
        ("ACME-24", true),
        ("", false),
        ("12345", false),
        ("Acme Inc", false),
        ("Abcdefghijkl", false),
    ] {
        let config = SnsConfig { sender_id: Some(sender.to_owned()), ..good() };
        assert_eq!(broken(&config).is_empty(), fits, "{sender}");
    }
}

#[test]
fn texts_are_sent_unencrypted_to_this_machine_only() {
    for (url, fits) in [
        ("https://sns.eu-central-1.amazonaws.com", true),
        ("https://sns.example.com:8443/", true),
        ("http://127.0.0.1:4566", true),
        ("http://localhost:4566/", true),
        ("http://[::1]:4566", true),
        ("http://sns.example.com", false),
        ("http://127.0.0.1.example.com", false),
        ("http://127.0.0.1@example.com", false),
        ("https://sns.example.com/path", false),
        ("https://", false),
        ("ftp://127.0.0.1", false),
        ("127.0.0.1:4566", false),
    ] {
        let config = SnsConfig { endpoint_url: Some(url.to_owned()), ..good() };
        assert_eq!(broken(&config).is_empty(), fits, "{url}");
    }
}

#[test]
fn no_secret_is_printed() {
    let short = SnsKey { secret_access_key: Secret::new("hunter2"), ..key() };
    let short = SnsConfig { key: short, ..good() };
    let (sender, refused) = (SnsSms::new(&good()).unwrap(), SnsSms::new(&short).unwrap_err());
    let shown = format!("{:?} {:?} {sender:?} {sender:#?} {refused:?}", good(), short.check());
    assert!(!shown.contains("hunter2"), "{shown}");
}
