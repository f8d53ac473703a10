use saaskit::config::{Config, Environment, Fault};

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
        ("DATA_ENCRYPTION_KEYS", "abc"),
        ("DATA_ENCRYPTION_KEYS", "2026:abc"),
    ] {
        assert_eq!(faults(&[(name, bad)]), [name]);
    }
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
