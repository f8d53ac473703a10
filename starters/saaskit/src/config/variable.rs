/// A variable of the environment the server reads.
#[derive(Debug, Clone, Copy)]
pub struct Variable {
    /// Its name. A secret one may also be given as a file's path in the same name with `_FILE`.
    pub name: &'static str,
    /// What it is for, in one sentence.
    pub about: &'static str,
    /// What counts when it is not set; empty where nothing does.
    pub default: &'static str,
    /// A value that could be given.
    pub example: &'static str,
    /// Whether it is a secret.
    pub secret: bool,
}

const fn plain(
    name: &'static str,
    default: &'static str,
    example: &'static str,
    about: &'static str,
) -> Variable {
    Variable { name, about, default, example, secret: false }
}

const fn secret(name: &'static str, example: &'static str, about: &'static str) -> Variable {
    Variable { name, about, default: "", example, secret: true }
}

/// Every variable there is, in the order of `.env.example`. Reading any other is impossible.
pub const VARIABLES: &[Variable] = &[
    plain(
        "APP_ENV",
        "development",
        "production",
        "development or production; production accepts no weak setting.",
    ),
    plain("BIND_ADDR", "127.0.0.1:8080", "0.0.0.0:8080", "Address and port to listen on."),
    plain(
        "DEV_ALLOW_PUBLIC",
        "false",
        "true",
        "Lets a development server listen on an address others can reach.",
    ),
    plain(
        "PUBLIC_URL",
        "http://localhost:8080",
        "https://app.example.com",
        "Where people reach the server; links in mails lead there. The port follows BIND_ADDR when it is not set.",
    ),
    plain("DATA_DIR", "./data", "/var/lib/saaskit", "Folder for the embedded database and generated keys."),
    secret(
        "DATABASE_URL",
        "postgres://saaskit:password@localhost/saaskit",
        "sqlite:PATH, postgres://USER:PASSWORD@HOST/NAME or mongodb://USER:PASSWORD@HOST/NAME; not set: SQLite in DATA_DIR.",
    ),
    plain(
        "ALLOW_PLAINTEXT_PEERS",
        "false",
        "true",
        "Lets production talk unencrypted to a database or Redis on another machine: only where nobody else is on the network.",
    ),
    plain("DATABASE_POOL_MIN", "5", "5", "Connections that are kept open."),
    plain("DATABASE_POOL_MAX", "20", "50", "Connections at most."),
    plain("DATABASE_POOL_ACQUIRE_MS", "5000", "2000", "Longest wait for a connection, in milliseconds."),
    plain(
        "DATABASE_POOL_IDLE_S",
        "30",
        "300",
        "Idle connections beyond the minimum are closed after so many seconds.",
    ),
    plain("DATABASE_SCHEMA", "saaskit", "saaskit", "PostgreSQL schema the tables live in."),
    plain(
        "DATABASE_APP_ROLE",
        "saaskit_app",
        "saaskit_app",
        "PostgreSQL role for what acts in one workspace.",
    ),
    plain(
        "DATABASE_SYSTEM_ROLE",
        "saaskit_system",
        "saaskit_system",
        "PostgreSQL role for sign-in, the work queue and operators.",
    ),
    secret(
        "REDIS_URL",
        "rediss://saaskit:password@redis.internal:6379",
        "Redis that several nodes share, redis://, redis-cluster:// or redis-sentinel://, or with rediss; not set: each node for itself.",
    ),
    plain(
        "REDIS_CA_FILE",
        "",
        "/etc/ssl/redis.pem",
        "Certificate (PEM) that is trusted besides the public ones.",
    ),
    plain("REDIS_PREFIX", "saaskit:", "acme:", "What every key and channel begins with."),
    plain("REDIS_POOL_MAX", "4", "8", "Connections; each carries many commands at once."),
    plain(
        "REDIS_TIMEOUT_MS",
        "500",
        "200",
        "Longest wait for an answer, in milliseconds; then the node goes on by itself.",
    ),
    plain("REDIS_CONNECT_MS", "2000", "1000", "Longest wait for a connection, in milliseconds."),
    plain(
        "EMAIL_FROM",
        "saaskit <no-reply@localhost.localdomain>",
        "Acme <no-reply@example.com>",
        "Who mails are from.",
    ),
    plain(
        "SMTP_HOST",
        "",
        "smtp.example.com",
        "Server that takes mail; needed in production. Not set: mail is kept for /dev/outbox.",
    ),
    plain("SMTP_PORT", "", "587", "Its port; not set: 587 for starttls, 465 for implicit, 25 for none."),
    plain("SMTP_USERNAME", "", "apikey", "Who we are to it, if it wants to know; with SMTP_PASSWORD."),
    secret("SMTP_PASSWORD", "a-password", "The password of SMTP_USERNAME."),
    plain(
        "SMTP_TLS",
        "starttls",
        "implicit",
        "starttls, implicit, or none. What is to be encrypted is, or no mail is sent.",
    ),
    plain(
        "DKIM_SELECTOR",
        "",
        "s2026",
        "Selector of the key that mail is signed with; all DKIM settings or none.",
    ),
    plain("DKIM_DOMAIN", "", "example.com", "Domain that vouches for the mail."),
    secret(
        "DKIM_PRIVATE_KEY_PEM",
        "-----BEGIN PRIVATE KEY-----…",
        "Private key (PEM; RSA of 2048 bits and more, or Ed25519) that mail is signed with.",
    ),
    plain(
        "SMS_PROVIDER",
        "",
        "twilio",
        "twilio, sns or outbox. Not set: twilio if TWILIO_ACCOUNT_SID is, otherwise outbox (/dev/outbox) in development and nobody in production.",
    ),
    plain(
        "TWILIO_ACCOUNT_SID",
        "",
        "AC0123456789abcdef0123456789abcdef",
        "The account that texts are sent for.",
    ),
    secret("TWILIO_AUTH_TOKEN", "a-token-of-32-characters-at-least", "What the account signs in with."),
    plain("TWILIO_FROM_NUMBER", "", "+15005550006", "The number texts are from, in E.164."),
    plain(
        "TWILIO_BASE_URL",
        "https://api.twilio.com",
        "http://127.0.0.1:4010",
        "Where Twilio is reached; another place is for tests.",
    ),
    plain("AWS_REGION", "", "eu-central-1", "The region SNS sends texts from."),
    plain("AWS_ACCESS_KEY_ID", "", "AKIAIOSFODNN7EXAMPLE", "Which key requests to SNS are signed with."),
    secret(
        "AWS_SECRET_ACCESS_KEY",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "The key of AWS_ACCESS_KEY_ID.",
    ),
    secret("AWS_SESSION_TOKEN", "a-token-of-AWS", "What a key has that is good for a while only."),
    plain(
        "SNS_ENDPOINT_URL",
        "",
        "http://127.0.0.1:4566",
        "Where SNS is reached, if not where it usually is in its region.",
    ),
    plain(
        "SNS_SENDER_ID",
        "",
        "Acme",
        "The name texts by SNS are from, in countries that have such: 11 letters and digits at most.",
    ),
    plain(
        "STORAGE",
        "local",
        "r2",
        "Where files are kept: local (in DATA_DIR) or r2 (R2, S3 and what speaks like them).",
    ),
    plain(
        "STORAGE_FALLBACK",
        "",
        "local",
        "Where files are read that are not in STORAGE, while they are moved: local or r2.",
    ),
    secret(
        "LOCAL_STORAGE_SIGNING_SECRET",
        "a-secret-of-at-least-32-characters",
        "What URLs of local files are signed with, separated by commas; the first signs, all are good. Not set: a secret in DATA_DIR.",
    ),
    plain(
        "R2_ENDPOINT_URL",
        "",
        "https://ACCOUNT.r2.cloudflarestorage.com",
        "Where the bucket is reached, without its name.",
    ),
    plain("R2_BUCKET_NAME", "", "acme-files", "The bucket."),
    plain(
        "R2_ACCESS_KEY_ID",
        "",
        "0123456789abcdef0123456789abcdef",
        "Which key requests to the bucket are signed with.",
    ),
    secret("R2_SECRET_ACCESS_KEY", "a-secret-of-R2", "The key of R2_ACCESS_KEY_ID."),
    plain("R2_REGION", "auto", "eu-central-1", "The region that is signed for; R2 knows one."),
    plain(
        "R2_PATH_STYLE",
        "true",
        "false",
        "Whether the bucket stands in the path rather than before the host.",
    ),
    plain(
        "ALERT_EMAIL_TO",
        "",
        "On call <on-call@example.com>",
        "Who gets alerts by mail, separated by commas; with neither this nor ALERT_WEBHOOK_URL they are in the log.",
    ),
    secret(
        "ALERT_WEBHOOK_URL",
        "https://hooks.example.com/alerts",
        "Where alerts are posted as JSON; an address of the own network is allowed.",
    ),
    secret(
        "ALERT_WEBHOOK_SECRET",
        "whsec_BASE64-OF-24-TO-64-BYTES",
        "What these posts are signed with (Standard Webhooks).",
    ),
    secret(
        "SENTRY_DSN",
        "https://KEY@sentry.example.com/1",
        "Where errors are collected besides the log, by Sentry's protocol; addresses, numbers and tokens are taken out.",
    ),
    plain(
        "GEOIP_FILES",
        "",
        "/srv/geoip/GeoLite2-City.mmdb,/srv/geoip/GeoLite2-ASN.mmdb",
        "MaxMind files that tell where addresses are used, separated by commas; read again when replaced.",
    ),
    plain(
        "IP_LISTS",
        "",
        "/srv/lists/spamhaus.txt=90,/srv/lists/tor.txt=40",
        "Lists of bad networks and how bad they are, FILE=SCORE from 1 to 100, separated by commas; read again when replaced.",
    ),
    plain(
        "BREACH_RANGE_URL",
        "",
        "https://api.pwnedpasswords.com/range/",
        "Range API that new passwords are asked of by five digits of their SHA-1; not set: the built-in list alone counts.",
    ),
    plain("JWT_ALGORITHM", "RS256", "EdDSA", "What access tokens are signed with: RS256, EdDSA or ES256."),
    secret(
        "JWT_PRIVATE_KEY_PEM",
        "-----BEGIN PRIVATE KEY-----…",
        "Private key (PKCS #8 PEM) to sign with instead of keys saaskit makes and rotates; several, one after another: the first signs, tokens of all are believed.",
    ),
    secret(
        "DATA_ENCRYPTION_KEYS",
        "2026:BASE64-OF-32-BYTES",
        "Keys that seal secrets in the database, id:base64 separated by commas; the first seals, all open.",
    ),
    plain(
        "PASSWORD_POLICY",
        "classic",
        "nist",
        "classic (8 and more, upper, lower, digit) or nist (15 and more).",
    ),
    plain("AUTH_REVEAL_EXISTING_EMAIL", "false", "true", "Whether registering a taken address says so."),
    plain(
        "CORS_ORIGINS",
        "",
        "https://app.example.com",
        "Origins whose pages may call the API, separated by commas.",
    ),
    plain(
        "TRUSTED_PROXIES",
        "",
        "10.0.0.0/8",
        "Networks whose X-Forwarded-For is believed, separated by commas.",
    ),
    plain(
        "RATE_LIMITS",
        "",
        "login=10/15m,reads=600/1m",
        "Limits other than the usual ones, by name: NAME=TIMES/WHILE, separated by commas.",
    ),
    plain(
        "LOG_LEVEL",
        "info",
        "debug",
        "error, warn, info, debug or trace, or a filter such as info,sqlx=warn.",
    ),
    plain("LOG_FORMAT", "pretty", "json", "pretty or json; production writes json when it is not set."),
    secret(
        "METRICS_TOKEN",
        "a-token-of-at-least-32-characters",
        "What others than the machine itself show as a bearer to see /metrics; not set: nobody else sees it.",
    ),
    plain(
        "BENCHMARK_MODE",
        "false",
        "true",
        "Lets who sends BENCHMARK_TOKEN pass the rate limits; never in production.",
    ),
    secret("BENCHMARK_TOKEN", "a-token-of-at-least-32-characters", "The token of BENCHMARK_MODE."),
];
