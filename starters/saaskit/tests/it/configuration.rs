use saaskit::config::{Config, Environment, Fault, Sms, StorageKind};

fn environment(pairs: &[(&str, &str)]) -> Environment {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn faults(pairs: &[(&str, &str)]) -> Vec<&'static str> {
    let faults = Config::read(&environment(pairs)).err().unwrap_or_default();
    faults.into_iter().map(|fault: Fault| fault.variable).collect()
}

#[test]
fn nothing_has_to_be_set_in_development() {
    let config = Config::read(&Environment::new()).unwrap();
    assert_eq!(config.public_url.origin().as_str(), "http://localhost:8080");
    assert_eq!(config.bind_addr.to_string(), "127.0.0.1:8080");
}

#[test]
fn every_fault_is_named_at_once() {
    let named = faults(&[
        ("BIND_ADDR", "here"),
        ("PUBLIC_URL", "ftp://x"),
        ("DATABASE_URL", "mysql://root:hunter2@db"),
        ("DATABASE_POOL_MAX", "many"),
        ("JWT_ALGORITHM", "none"),
        ("PASSWORD_POLICY", "lax"),
        ("AUTH_REVEAL_EXISTING_EMAIL", "yes"),
        ("TRUSTED_PROXIES", "everybody"),
        ("EMAIL_FROM", "nobody"),
    ]);
    for name in [
        "BIND_ADDR",
        "PUBLIC_URL",
        "DATABASE_URL",
        "DATABASE_POOL_MAX",
        "JWT_ALGORITHM",
        "PASSWORD_POLICY",
        "AUTH_REVEAL_EXISTING_EMAIL",
        "TRUSTED_PROXIES",
        "EMAIL_FROM",
    ] {
        assert!(named.contains(&name), "{name} is not among {named:?}");
    }
}

#[test]
fn no_fault_holds_a_value() {
    let given = environment(&[
        ("DATABASE_URL", "mysql://root:hunter2@db"),
        ("BENCHMARK_MODE", "true"),
        ("BENCHMARK_TOKEN", "hunter2"),
    ]);
    let faults = Config::read(&given).unwrap_err();
    assert!(
        faults.len() == 2 && faults.iter().all(|fault| !fault.to_string().contains("hunter2")),
        "{faults:?}"
    );
}

#[test]
fn a_password_of_digits_stays_a_password() {
    let digits = [("BENCHMARK_MODE", "true"), ("BENCHMARK_TOKEN", "12345678901234567890123456789012")];
    let config = Config::read(&environment(&digits)).unwrap();
    assert_eq!(config.benchmark_token.unwrap().expose(), "12345678901234567890123456789012");
}

#[test]
fn a_secret_may_be_a_file_and_not_both() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    std::fs::write(&file, "a-token-of-32-characters-and-more\n").unwrap();
    let file = file.to_str().unwrap();
    let given = [("BENCHMARK_MODE", "true"), ("BENCHMARK_TOKEN_FILE", file)];
    let config = Config::read(&environment(&given)).unwrap();
    assert_eq!(config.benchmark_token.unwrap().expose(), "a-token-of-32-characters-and-more");
    assert_eq!(faults(&[("SMTP_PASSWORD_FILE", file), ("SMTP_PASSWORD", "x")]), ["SMTP_PASSWORD"]);
    assert_eq!(faults(&[("JWT_PRIVATE_KEY_PEM_FILE", "/nowhere/at/all")]), ["JWT_PRIVATE_KEY_PEM"]);
}

#[test]
fn a_key_that_can_not_be_used_is_named_before_anything_is_begun() {
    for (name, bad) in [
        ("JWT_PRIVATE_KEY_PEM", "junk"),
        ("JWT_PRIVATE_KEY_PEM", format!("{ED25519}{ED25519}").as_str()),
        ("DATA_ENCRYPTION_KEYS", "abc"),
        ("DATA_ENCRYPTION_KEYS", "2026:abc"),
    ] {
        assert_eq!(faults(&[(name, bad)]), [name]);
    }
}

/// The key of RFC 8037 appendix A.
const ED25519: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
";

#[test]
fn several_keys_to_sign_with_are_read_if_the_first_fits_and_all_are_keys() {
    let read = |pem: String| {
        let given = [("JWT_ALGORITHM", "EdDSA"), ("JWT_PRIVATE_KEY_PEM", pem.as_str())];
        Config::read(&environment(&given)).map(|config| config.jwt_private_keys.len()).ok()
    };
    assert_eq!(read(ED25519.to_owned()), Some(1));
    assert_eq!(read(format!("{ED25519}\n{ED25519}\n")), Some(2));
    assert_eq!(read(format!("{ED25519}junk")), None);
}

#[test]
fn a_development_server_is_not_reachable_by_others() {
    assert_eq!(faults(&[("BIND_ADDR", "0.0.0.0:8080")]), ["BIND_ADDR"]);
    assert!(faults(&[("BIND_ADDR", "0.0.0.0:8080"), ("DEV_ALLOW_PUBLIC", "true")]).is_empty());
}

#[test]
fn production_accepts_nothing_weak() {
    let named = faults(&[
        ("APP_ENV", "production"),
        ("PUBLIC_URL", "http://a.example"),
        ("BENCHMARK_MODE", "true"),
        ("CORS_ORIGINS", "*"),
    ]);
    for name in [
        "PUBLIC_URL",
        "DATABASE_URL",
        "DATA_ENCRYPTION_KEYS",
        "EMAIL_FROM",
        "SMTP_HOST",
        "BENCHMARK_MODE",
        "CORS_ORIGINS",
    ] {
        assert!(named.contains(&name), "{name} is not among {named:?}");
    }
}

#[test]
fn the_port_of_links_follows_the_port_that_is_listened_on() {
    let config = Config::read(&environment(&[("BIND_ADDR", "127.0.0.1:9001")])).unwrap();
    assert_eq!(config.public_url.origin().as_str(), "http://localhost:9001");
}

const PRODUCTION: [(&str, &str); 6] = [
    ("APP_ENV", "production"),
    ("PUBLIC_URL", "https://app.example.com"),
    ("DATABASE_URL", "sqlite:/srv/saaskit.db"),
    ("DATA_ENCRYPTION_KEYS", "2026:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    ("EMAIL_FROM", "Acme <no-reply@example.com>"),
    ("SMTP_HOST", "smtp.example.com"),
];

fn production_with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    PRODUCTION.into_iter().chain(more.iter().copied()).collect()
}

#[test]
fn production_starts_once_it_is_told_everything() {
    assert!(faults(&PRODUCTION).is_empty());
    let config = Config::read(&environment(&PRODUCTION)).unwrap();
    let smtp = config.mail.smtp.unwrap();
    assert_eq!(
        (smtp.host.as_str(), smtp.port, smtp.hello.as_str()),
        ("smtp.example.com", 587, "app.example.com")
    );
}

#[test]
fn mail_leaves_the_machine_encrypted_in_production() {
    assert_eq!(faults(&production_with(&[("SMTP_TLS", "none")])), ["SMTP_TLS"]);
    assert!(faults(&production_with(&[("SMTP_TLS", "implicit")])).is_empty());
    let local: Vec<_> = PRODUCTION.into_iter().filter(|(name, _)| *name != "SMTP_HOST").collect();
    let local: Vec<_> = local.into_iter().chain([("SMTP_HOST", "127.0.0.1"), ("SMTP_TLS", "none")]).collect();
    assert!(faults(&local).is_empty());
}

#[test]
fn settings_of_mail_that_are_good_only_together_are_asked_for_together() {
    assert_eq!(faults(&[("SMTP_USERNAME", "acme")]), ["SMTP_USERNAME"]);
    assert_eq!(faults(&production_with(&[("SMTP_USERNAME", "acme")])), ["SMTP_PASSWORD"]);
    assert_eq!(
        faults(&production_with(&[("DKIM_SELECTOR", "s2026")])),
        ["DKIM_DOMAIN", "DKIM_PRIVATE_KEY_PEM"]
    );
    for (name, value) in [("SMTP_TLS", "ssl"), ("SMTP_PORT", "0"), ("SMTP_PORT", "70000")] {
        assert_eq!(faults(&production_with(&[(name, value)])), [name], "{value}");
    }
}

const TWILIO: [(&str, &str); 3] = [
    ("TWILIO_ACCOUNT_SID", "AC0123456789abcdef0123456789abcdef"),
    ("TWILIO_AUTH_TOKEN", "0123456789abcdef0123456789abcdef"),
    ("TWILIO_FROM_NUMBER", "+15005550006"),
];
const SNS: [(&str, &str); 4] = [
    ("SMS_PROVIDER", "sns"),
    ("AWS_REGION", "eu-central-1"),
    ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
];

fn with<'a>(base: &[(&'a str, &'a str)], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    base.iter().chain(more).copied().collect()
}

fn sms(pairs: &[(&str, &str)]) -> Sms {
    Config::read(&environment(pairs)).unwrap().sms
}

#[test]
fn texts_go_out_by_whom_is_named_and_by_twilio_if_it_is_set_up() {
    assert!(matches!(sms(&[]), Sms::Outbox));
    assert!(matches!(sms(&PRODUCTION), Sms::Nowhere));
    assert!(matches!(sms(&production_with(&TWILIO)), Sms::Twilio(_)));
    assert!(matches!(sms(&with(&TWILIO, &[("SMS_PROVIDER", "outbox")])), Sms::Outbox));
    assert!(matches!(sms(&with(&TWILIO, &SNS)), Sms::Sns(_)));
    assert!(matches!(sms(&production_with(&SNS)), Sms::Sns(_)));
    let elsewhere = [("SNS_ENDPOINT_URL", "http://127.0.0.1:4566"), ("SNS_SENDER_ID", "Acme")];
    let Sms::Sns(sns) = sms(&with(&SNS, &elsewhere)) else { panic!("texts go out by SNS") };
    assert_eq!((sns.endpoint_url.as_deref(), sns.sender_id.as_deref()), (Some(elsewhere[0].1), Some("Acme")));
}

#[test]
fn production_keeps_no_texts_instead_of_sending_them() {
    assert_eq!(faults(&production_with(&[("SMS_PROVIDER", "outbox")])), ["SMS_PROVIDER"]);
    assert_eq!(faults(&[("SMS_PROVIDER", "pigeon")]), ["SMS_PROVIDER"]);
}

#[test]
fn what_a_provider_needs_is_asked_for_by_name() {
    let twilio = ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM_NUMBER"];
    assert_eq!(faults(&[("SMS_PROVIDER", "twilio")]), twilio);
    assert_eq!(faults(&TWILIO[..1]), twilio[1..]);
    assert_eq!(faults(&TWILIO[1..]), twilio[1..], "without an account");
    assert_eq!(faults(&SNS[..1]), ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]);
}

#[test]
fn a_setting_of_texts_that_can_not_be_used_is_named_with_an_example_and_without_its_value() {
    let wrong = [
        ("TWILIO_ACCOUNT_SID", "hunter2"),
        ("TWILIO_AUTH_TOKEN", "hunter2"),
        ("TWILIO_FROM_NUMBER", "hunter2"),
        ("TWILIO_BASE_URL", "http://hunter2"),
    ];
    let wrong_sns = [
        ("SMS_PROVIDER", "sns"),
        ("AWS_REGION", "HUNTER2"),
        ("AWS_ACCESS_KEY_ID", "hunter2"),
        ("AWS_SECRET_ACCESS_KEY", "hunter2"),
        ("AWS_SESSION_TOKEN", "hunter2"),
        ("SNS_ENDPOINT_URL", "http://hunter2"),
        ("SNS_SENDER_ID", "hunter2 hunter2"),
    ];
    for (given, named) in [(&wrong[..], &wrong[..]), (&wrong_sns[..], &wrong_sns[1..])] {
        let faults = Config::read(&environment(given)).unwrap_err();
        let shown = format!("{faults:?}");
        assert!(!shown.to_lowercase().contains("hunter2"), "{shown}");
        let mut variables: Vec<_> = faults.iter().map(|fault| fault.variable).collect();
        let mut expected: Vec<_> = named.iter().map(|(name, _)| *name).collect();
        variables.sort_unstable();
        expected.sort_unstable();
        assert_eq!(variables, expected);
        assert!(faults.iter().all(|fault| fault.mend.len() > "Example: ".len()), "{shown}");
    }
}

#[test]
fn who_is_told_when_something_is_wrong_is_named_or_refused() {
    let good = [
        ("ALERT_EMAIL_TO", "On call <on-call@example.com>, boss@example.com"),
        ("ALERT_WEBHOOK_URL", "https://hooks.example.com/x"),
        ("ALERT_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        ("SENTRY_DSN", "https://key@sentry.example.com/1"),
    ];
    let config = Config::read(&environment(&good)).unwrap();
    assert_eq!(config.watch.mail_to.len(), 2);
    assert!(config.watch.webhook.is_some() && config.watch.sentry.is_some());
    for (name, value) in [
        ("ALERT_EMAIL_TO", "nobody"),
        ("ALERT_WEBHOOK_URL", "hooks.example.com"),
        ("ALERT_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        ("SENTRY_DSN", "https://sentry.example.com"),
    ] {
        assert_eq!(faults(&[(name, value)]), [name], "{value}");
    }
    let short = [("ALERT_WEBHOOK_URL", "https://hooks.example.com/x"), ("ALERT_WEBHOOK_SECRET", "whsec_")];
    assert_eq!(faults(&short), ["ALERT_WEBHOOK_SECRET"]);
    let open = ("ALERT_WEBHOOK_URL", "http://hooks.example.com/x");
    assert!(faults(&[open]).is_empty());
    assert_eq!(faults(&production_with(&[open])), ["ALERT_WEBHOOK_URL"]);
}

#[test]
fn files_of_places_and_bad_networks_are_read_before_anything_is_begun() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (good, bad) = (file("good", "192.0.2.0/24\n"), file("bad", "192.0.2.0/24\nhello\n"));
    let lists = format!("{good}=90, {good}=40");
    let config = Config::read(&environment(&[("IP_LISTS", &lists)])).unwrap();
    assert_eq!(config.known.ip_lists.len(), 2);
    for (name, value) in [
        ("IP_LISTS", good.clone()),
        ("IP_LISTS", format!("{good}=101")),
        ("IP_LISTS", format!("{bad}=90")),
        ("IP_LISTS", "/nowhere=90".to_owned()),
        ("GEOIP_FILES", good),
        ("GEOIP_FILES", "/nowhere.mmdb".to_owned()),
        ("BREACH_RANGE_URL", "api.pwnedpasswords.com".to_owned()),
    ] {
        assert_eq!(faults(&[(name, &value)]), [name], "{value}");
    }
    let open = ("BREACH_RANGE_URL", "http://range.example.com/");
    assert!(faults(&[open]).is_empty());
    assert_eq!(faults(&production_with(&[open])), ["BREACH_RANGE_URL"]);
}

const R2: [(&str, &str); 4] = [
    ("R2_ENDPOINT_URL", "https://acme.r2.cloudflarestorage.com"),
    ("R2_BUCKET_NAME", "acme-files"),
    ("R2_ACCESS_KEY_ID", "0123456789abcdef"),
    ("R2_SECRET_ACCESS_KEY", "hunter2hunter2"),
];

#[test]
fn files_are_kept_where_it_is_said() {
    let storage = |pairs: &[(&str, &str)]| Config::read(&environment(pairs)).unwrap().storage;
    let local = storage(&[]);
    assert_eq!((local.kind, local.fallback, local.r2.is_none()), (StorageKind::Local, None, true));
    assert_eq!(local.place, "http://localhost:8080/api/v1/objects");
    let not_used_yet = storage(&R2);
    assert!(not_used_yet.kind == StorageKind::Local && not_used_yet.r2.is_some());
    let moving = storage(&with(&R2, &[("STORAGE", "r2"), ("STORAGE_FALLBACK", "local")]));
    assert_eq!((moving.kind, moving.fallback), (StorageKind::R2, Some(StorageKind::Local)));
    let r2 = moving.r2.unwrap();
    assert_eq!((r2.region.as_str(), r2.path_style, r2.bucket.as_str()), ("auto", true, "acme-files"));
    assert!(!format!("{r2:?}").contains("hunter2"));
    assert!(faults(&production_with(&R2)).is_empty());
}

#[test]
fn what_is_wrong_with_where_files_are_kept_is_named() {
    assert_eq!(faults(&[("STORAGE", "tape")]), ["STORAGE"]);
    assert_eq!(faults(&[("STORAGE_FALLBACK", "local")]), ["STORAGE_FALLBACK"]);
    assert_eq!(faults(&[("STORAGE", "r2")]), R2.map(|(name, _)| name));
    assert_eq!(faults(&R2[..2]), ["R2_ACCESS_KEY_ID", "R2_SECRET_ACCESS_KEY"]);
    assert_eq!(faults(&[("LOCAL_STORAGE_SIGNING_SECRET", "short")]), ["LOCAL_STORAGE_SIGNING_SECRET"]);
    let long = "x".repeat(32);
    let one_is_short = format!("{long},short");
    assert_eq!(faults(&[("LOCAL_STORAGE_SIGNING_SECRET", &one_is_short)]), ["LOCAL_STORAGE_SIGNING_SECRET"]);
    assert!(faults(&[("LOCAL_STORAGE_SIGNING_SECRET", &format!("{long},{long}"))]).is_empty());
    let open = [("R2_ENDPOINT_URL", "http://r2.example.com"), R2[1], R2[2], R2[3]];
    assert!(faults(&open).is_empty());
    assert_eq!(faults(&production_with(&open)), ["R2_ENDPOINT_URL"]);
}

#[cfg(feature = "cache-redis")]
#[test]
fn redis_is_there_when_it_is_named_and_its_faults_tell_no_password() {
    assert!(Config::read(&Environment::new()).unwrap().redis.is_none());
    let url = ("REDIS_URL", "rediss-sentinel://:hunter2@127.0.0.1:26379?sentinelServiceName=main");
    let config = Config::read(&environment(&[url, ("REDIS_POOL_MAX", "9"), ("REDIS_TIMEOUT_MS", "70")]));
    let redis = config.unwrap().redis.unwrap();
    assert_eq!((redis.connections, redis.timeout.as_millis(), redis.prefix.as_str()), (9, 70, "saaskit:"));

    assert_eq!(
        faults(&[("REDIS_POOL_MAX", "9"), ("REDIS_PREFIX", "x:")]),
        ["REDIS_PREFIX", "REDIS_POOL_MAX"]
    );
    assert_eq!(
        faults(&[url, ("REDIS_CA_FILE", "/nowhere"), ("REDIS_TIMEOUT_MS", "0")]),
        ["REDIS_TIMEOUT_MS", "REDIS_CA_FILE"]
    );
    let faults = Config::read(&environment(&[("REDIS_URL", "http://:hunter2@127.0.0.1")])).unwrap_err();
    assert!(faults.len() == 1 && !faults[0].to_string().contains("hunter2"), "{faults:?}");
}

#[test]
fn production_talks_encrypted_to_other_machines_unless_their_network_is_its_own() {
    const DATABASES: [&str; 7] = [
        "postgres://saaskit:pw@db.internal/saaskit",
        "postgres://saaskit:pw@10.0.0.5/saaskit?sslmode=prefer",
        "postgres://saaskit:pw@db.internal/saaskit?sslmode=disable",
        "mongodb://saaskit:pw@db.internal/saaskit",
        "mongodb://saaskit:pw@localhost,db.internal/saaskit",
        "mongodb://saaskit:pw@db.internal/saaskit?tls=false",
        "mongodb+srv://saaskit:pw@db.example.com/saaskit?tls=false",
    ];
    for database in DATABASES {
        let given = production_with(&[("DATABASE_URL", database)]);
        assert_eq!(faults(&given), ["DATABASE_URL"], "{database}");
        let told = Config::read(&environment(&given)).unwrap_err();
        assert!(!told[0].to_string().contains("pw@"), "{told:?}");
        assert!(
            faults(&production_with(&[("DATABASE_URL", database), ("ALLOW_PLAINTEXT_PEERS", "true")]))
                .is_empty()
        );
        assert!(faults(&[("DATABASE_URL", database)]).is_empty(), "development may");
    }
    for database in [
        "postgres://saaskit:pw@127.0.0.1/saaskit",
        "postgres://saaskit:pw@localhost/saaskit?sslmode=disable",
        "postgres:///saaskit?host=/var/run/postgresql",
        "postgres://saaskit:pw@db.internal/saaskit?sslmode=require",
        "postgres://saaskit:pw@db.internal/saaskit?sslmode=verify-full",
        "mongodb://[::1]:27017,localhost/saaskit",
        "mongodb://saaskit:pw@db.internal/saaskit?tls=true",
        "mongodb+srv://saaskit:pw@db.example.com/saaskit",
    ] {
        assert!(faults(&production_with(&[("DATABASE_URL", database)])).is_empty(), "{database}");
    }
    for (redis, refused) in [
        ("redis://redis.internal:6379", true),
        ("redis-cluster://127.0.0.1:7000?node=redis.internal:7001", true),
        ("redis-sentinel://10.0.0.7:26379?sentinelServiceName=main", true),
        ("redis://127.0.0.1:6379", false),
        ("redis://[::1]:6379", false),
    ] {
        let named = faults(&production_with(&[("REDIS_URL", redis)]));
        assert_eq!(named, if refused { vec!["REDIS_URL"] } else { Vec::new() }, "{redis}");
        assert!(
            faults(&production_with(&[("REDIS_URL", redis), ("ALLOW_PLAINTEXT_PEERS", "true")])).is_empty()
        );
    }
}

#[test]
fn the_token_of_metrics_can_not_be_guessed() {
    assert_eq!(faults(&[("METRICS_TOKEN", "short")]), ["METRICS_TOKEN"]);
    assert!(faults(&[("METRICS_TOKEN", "a-token-of-at-least-32-characters")]).is_empty());
}
