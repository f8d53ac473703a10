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
        "sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME; not set: SQLite in DATA_DIR.",
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
    plain("JWT_ALGORITHM", "RS256", "EdDSA", "What access tokens are signed with: RS256, EdDSA or ES256."),
    secret(
        "JWT_PRIVATE_KEY_PEM",
        "-----BEGIN PRIVATE KEY-----…",
        "Private key (PKCS #8 PEM) to sign with instead of keys saaskit makes and rotates.",
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
    plain(
        "BENCHMARK_MODE",
        "false",
        "true",
        "Lets who sends BENCHMARK_TOKEN pass the rate limits; never in production.",
    ),
    secret("BENCHMARK_TOKEN", "a-token-of-at-least-32-characters", "The token of BENCHMARK_MODE."),
];
