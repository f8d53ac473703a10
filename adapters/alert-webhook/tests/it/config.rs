use std::time::Duration;

use saaskit_alert_webhook::WebhookConfig;
use saaskit_kernel::Secret;

fn to(url: &str) -> WebhookConfig {
    WebhookConfig::new(Secret::new(url))
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    assert_eq!(to("https://hooks.example.com/services/one/two").check(), Ok(()));
    let wrong = WebhookConfig {
        secret: Some(Secret::new("short")),
        timeout: Duration::ZERO,
        ..to("ftp://hooks.example.com")
    };
    assert_eq!(wrong.check().unwrap_err().rules().len(), 3);
    assert!(to("hooks.example.com").check().is_err());
}

#[test]
fn what_stays_on_this_machine_and_what_is_encrypted_is_told() {
    for (url, local, encrypted) in [
        ("https://hooks.example.com/x", false, true),
        ("http://10.0.0.1/x", false, false),
        ("http://localhost:9000/x", true, false),
        ("http://127.0.0.1/x", true, false),
        ("https://[::1]/x", true, true),
    ] {
        let config = to(url);
        assert_eq!((config.is_local(), config.is_encrypted()), (local, encrypted), "{url}");
    }
}

#[test]
fn no_secret_is_printed() {
    let config = WebhookConfig { secret: Some(Secret::new("hunter2")), ..to("https://a.example/hunter2") };
    assert!(!format!("{config:?} {:?}", config.check()).contains("hunter2"));
}
