use std::time::Duration;

use saaskit_kernel::{ErrorKind, Secret};
use saaskit_sms_twilio::{InvalidTwilioConfig, TwilioConfig, TwilioSms};

const SID: &str = "AC0123456789abcdef0123456789abcdef";
const TOKEN: &str = "hunter2hunter2hunter2hunter2hunter2";

fn good() -> TwilioConfig {
    TwilioConfig::new(SID, Secret::new(TOKEN), "+15005550006")
}

fn broken(config: &TwilioConfig) -> Vec<&'static str> {
    let invalid = config.check().err();
    invalid.iter().flat_map(InvalidTwilioConfig::rules).map(|(field, _)| *field).collect()
}

#[test]
fn everything_that_is_wrong_is_said_at_once_with_its_field() {
    assert_eq!(good().check(), Ok(()));
    let wrong = TwilioConfig {
        account_sid: "SK0123456789abcdef0123456789abcdef".to_owned(),
        auth_token: Secret::new("hunter2"),
        from_number: "0721234567".to_owned(),
        base_url: "http://api.twilio.com".to_owned(),
        timeout: Duration::ZERO,
    };
    assert_eq!(broken(&wrong), ["account_sid", "auth_token", "from_number", "base_url", "timeout"]);
    assert_eq!(TwilioSms::new(&wrong).unwrap_err().kind(), ErrorKind::Invalid);
}

#[test]
fn an_account_begins_with_ac_and_has_34_characters() {
    for sid in [
        "",
        "AC",
        &SID[..33],
        &format!("{SID}0"),
        "AC0123456789abcdef0123456789abcd/.",
        "ac0123456789abcdef0123456789abcdef",
    ] {
        assert_eq!(broken(&TwilioConfig { account_sid: sid.to_owned(), ..good() }), ["account_sid"], "{sid}");
    }
}

#[test]
fn messages_are_from_a_number_in_e164() {
    for from in [
        "",
        "+",
        "15005550006",
        "+0123456789",
        "+1500555000a",
        "+1234567890123456",
        "+1 500 555 0006",
        "Acme",
    ] {
        assert_eq!(
            broken(&TwilioConfig { from_number: from.to_owned(), ..good() }),
            ["from_number"],
            "{from}"
        );
    }
}

#[test]
fn the_token_is_sent_unencrypted_to_this_machine_only() {
    for (url, fits) in [
        ("https://api.twilio.com", true),
        ("https://api.twilio.com/", true),
        ("http://127.0.0.1:4010", true),
        ("http://localhost:4010", true),
        ("http://[::1]:4010", true),
        ("http://api.twilio.com", false),
        ("http://127.0.0.1.example.com", false),
        ("https://api.twilio.com/2010", false),
        ("https://api.twilio.com?x=1", false),
        ("https://user@api.twilio.com", false),
        ("ftp://127.0.0.1", false),
        ("api.twilio.com", false),
    ] {
        let config = TwilioConfig { base_url: url.to_owned(), ..good() };
        assert_eq!(broken(&config).is_empty(), fits, "{url}");
    }
}

#[test]
fn no_secret_is_printed() {
    let short = TwilioConfig { auth_token: Secret::new("hunter2"), ..good() };
    let sender = TwilioSms::new(&good()).unwrap();
    let refused = TwilioSms::new(&short).unwrap_err();
    let shown = format!("{:?} {:?} {sender:?} {refused:?} {refused:#?}", good(), short.check());
    assert!(!shown.contains("hunter2"), "{shown}");
}
