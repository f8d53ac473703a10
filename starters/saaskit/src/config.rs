//! What the environment says, read at once: every fault is named, none twice, and no secret is printed.

mod example;
mod known;
mod mail;
mod reader;
mod redis;
mod sms;
mod storage;
mod unbuilt;
mod variable;
mod watch;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use saaskit_auth::port::TokenSigner as _;
use saaskit_auth::{Algorithm, PasswordPolicy};
use saaskit_gateway::{CorsPolicy, Limits, TrustedProxies};
use saaskit_http_axum::PublicUrl;
use saaskit_kernel::{Email, Mailbox, Name, Secret};
use saaskit_seal_aead::KeyRing;
use saaskit_token_jwt::{JwtSigner, private_keys};

pub use example::{example_file, reference_page};
pub use known::Known;
pub use mail::Mail;
use reader::Reader;
pub(crate) use reader::read_value;
pub use reader::{Environment, Fault};
pub use sms::Sms;
pub use storage::{Storage, StorageKind};
pub use variable::{VARIABLES, Variable};
pub use watch::Watch;

/// Everything the server is told.
#[derive(Debug)]
#[expect(missing_docs, reason = "each field is the variable of its name, see `VARIABLES`")]
pub struct Config {
    pub mode: Mode,
    pub bind_addr: SocketAddr,
    pub public_url: PublicUrl,
    pub data_dir: PathBuf,
    pub database: Database,
    pub mail: Mail,
    pub watch: Watch,
    pub known: Known,
    pub sms: Sms,
    pub storage: Storage,
    #[cfg(feature = "cache-redis")]
    pub redis: Option<saaskit_cache_redis::RedisConfig>,
    pub jwt_algorithm: Algorithm,
    pub jwt_private_keys: Vec<Secret>,
    pub data_encryption_keys: Option<Secret>,
    pub password_policy: PasswordPolicy,
    pub reveal_existing_email: bool,
    pub cors: CorsPolicy,
    pub trusted_proxies: TrustedProxies,
    pub limits: Limits,
    pub log: Log,
    pub benchmark_token: Option<Secret>,
    pub metrics_token: Option<Secret>,
}

/// What the server is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// One's own machine: embedded defaults, mail is shown instead of sent.
    Development,
    /// Everybody: nothing weak is accepted.
    Production,
}

/// Where data is kept.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each field is the variable of its name, see `VARIABLES`")]
pub struct Database {
    pub kind: DatabaseKind,
    pub pool_min: u32,
    pub pool_max: u32,
    pub acquire: Duration,
    pub idle: Duration,
    pub schema: String,
    pub app_role: String,
    pub system_role: String,
}

/// Which engine.
#[derive(Debug, Clone)]
pub enum DatabaseKind {
    /// SQLite in this file.
    Sqlite(PathBuf),
    /// PostgreSQL by this URL.
    #[cfg(feature = "store-postgres")]
    Postgres(Secret),
    /// MongoDB by this URL.
    #[cfg(feature = "store-mongo")]
    Mongo(Secret),
}

impl DatabaseKind {
    /// Whether what is said to it can be read on the way.
    fn is_exposed(&self) -> bool {
        match self {
            Self::Sqlite(_) => false,
            #[cfg(feature = "store-postgres")]
            Self::Postgres(url) => saaskit_store_sql::postgres::Config::new(url.clone()).is_exposed(),
            #[cfg(feature = "store-mongo")]
            Self::Mongo(url) => saaskit_store_mongo::Config::new(url.clone()).is_exposed(),
        }
    }
}

/// What is wrong with a server on another machine that is not talked to encrypted.
const EXPOSED: &str = "goes to another machine and is not encrypted; ask for TLS (sslmode=verify-full, tls=true, rediss://), or set ALLOW_PLAINTEXT_PEERS=true where the network is yours alone";

/// What is written about what happens.
#[derive(Debug, Clone)]
pub struct Log {
    /// The filter.
    pub level: String,
    /// JSON, one object a line; otherwise for people.
    pub json: bool,
}

impl Config {
    /// Reads all variables; gives every fault there is.
    pub fn read(environment: &Environment) -> Result<Self, Vec<Fault>> {
        let mut reader = Reader::new(environment);
        let config = Self::from(&mut reader);
        match (config, reader.into_faults()) {
            (Some(config), faults) if faults.is_empty() => Ok(config),
            (_, faults) => Err(faults),
        }
    }

    fn from(reader: &mut Reader<'_>) -> Option<Self> {
        let mode = reader.parsed("APP_ENV", read_mode).unwrap_or(Mode::Production);
        let data_dir = PathBuf::from(reader.text("DATA_DIR")?);
        let bind_addr =
            reader.parsed("BIND_ADDR", |text| text.parse().map_err(|_| "is no address and port".to_owned()));
        let public_url = read_public_url(reader, bind_addr);
        let in_the_open = reader.flag("ALLOW_PLAINTEXT_PEERS") || mode == Mode::Development;
        let database = read_database(reader, &data_dir, in_the_open);
        let mail = mail::read(reader, mode, public_url.as_ref());
        let (watch, known) = (watch::read(reader, mode), known::read(reader, mode));
        let sms = sms::read(reader, mode);
        let storage = storage::read(reader, mode, public_url.as_ref());
        #[cfg(feature = "cache-redis")]
        let redis = redis::read(reader, in_the_open);
        #[cfg(not(feature = "cache-redis"))]
        redis::refuse(reader);
        let jwt_algorithm = reader.parsed("JWT_ALGORITHM", |text| {
            Algorithm::parse(text).ok_or_else(|| "is none of RS256, EdDSA, ES256".to_owned())
        });
        let password_policy = reader.parsed("PASSWORD_POLICY", |text| {
            PasswordPolicy::parse(text).ok_or_else(|| "is neither classic nor nist".to_owned())
        });
        let jwt_private_keys = reader.parsed("JWT_PRIVATE_KEY_PEM", |text| {
            read_private_keys(text, jwt_algorithm.unwrap_or(Algorithm::Rs256))
        });
        let data_encryption_keys = reader.parsed("DATA_ENCRYPTION_KEYS", read_encryption_keys);
        let reveal_existing_email = reader.flag("AUTH_REVEAL_EXISTING_EMAIL");
        let cors = reader
            .parsed("CORS_ORIGINS", |text| CorsPolicy::new(items(text)).map_err(|fault| fault.to_string()));
        let trusted_proxies = reader.parsed("TRUSTED_PROXIES", |text| {
            TrustedProxies::parse(text).map_err(|_| "holds something that is no network".to_owned())
        });
        let limits =
            reader.parsed("RATE_LIMITS", |text| Limits::parse(text).map_err(|fault| fault.to_string()));
        let log = read_log(reader, mode);
        let benchmark_token = read_benchmark(reader);
        let metrics_token = read_metrics_token(reader);
        match mode {
            Mode::Development => check_development(reader, bind_addr),
            Mode::Production => check_production(reader, public_url.as_ref()),
        }
        Some(Self {
            mode,
            bind_addr: bind_addr?,
            public_url: public_url?,
            data_dir,
            database: database?,
            mail: mail?,
            watch,
            known,
            sms: sms?,
            storage: storage?,
            #[cfg(feature = "cache-redis")]
            redis,
            jwt_algorithm: jwt_algorithm?,
            jwt_private_keys: jwt_private_keys.unwrap_or_default(),
            data_encryption_keys,
            password_policy: password_policy?,
            reveal_existing_email,
            cors: cors.unwrap_or_default(),
            trusted_proxies: trusted_proxies.unwrap_or_default(),
            limits: limits.unwrap_or_default(),
            log,
            benchmark_token,
            metrics_token,
        })
    }
}

/// Tried here, so that nothing is begun with a key that can't be used. A fault says nothing of the key.
fn read_private_keys(text: &str, algorithm: Algorithm) -> Result<Vec<Secret>, String> {
    let signer = JwtSigner::new("", "");
    let keys = private_keys(&Secret::new(text));
    let can_sign = |by: Algorithm, key: &Secret| signer.name(by, key).is_ok();
    let can_any = |key: &Secret| Algorithm::ALL.into_iter().any(|by| can_sign(by, key));
    match keys.split_first() {
        Some((first, others)) if can_sign(algorithm, first) && others.iter().all(can_any) => Ok(keys),
        _ => Err(format!(
            "is no private key for {} in PKCS #8 PEM, or something else than such keys follows it",
            algorithm.as_str()
        )),
    }
}

fn read_encryption_keys(text: &str) -> Result<Secret, String> {
    let keys = Secret::new(text);
    KeyRing::parse(&keys).map(|_| keys).map_err(|_| "is no list of id:base64 with 32 bytes each".to_owned())
}

fn read_mode(text: &str) -> Result<Mode, String> {
    match text {
        "development" => Ok(Mode::Development),
        "production" => Ok(Mode::Production),
        _ => Err("is neither development nor production".to_owned()),
    }
}

fn read_public_url(reader: &mut Reader<'_>, bind_addr: Option<SocketAddr>) -> Option<PublicUrl> {
    if !reader.is_set("PUBLIC_URL") {
        let port = bind_addr.map_or(8080, |addr| addr.port());
        return PublicUrl::parse(&format!("http://localhost:{port}")).ok();
    }
    reader.parsed("PUBLIC_URL", |text| PublicUrl::parse(text).map_err(|fault| format!("is {fault}")))
}

fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

fn read_database(reader: &mut Reader<'_>, data_dir: &std::path::Path, in_the_open: bool) -> Option<Database> {
    let in_data_dir = || Some(DatabaseKind::Sqlite(data_dir.join("saaskit.db")));
    let kind = if reader.is_set("DATABASE_URL") {
        reader.parsed("DATABASE_URL", read_database_url)
    } else {
        in_data_dir()
    };
    if !in_the_open && kind.as_ref().is_some_and(DatabaseKind::is_exposed) {
        reader.fault("DATABASE_URL", EXPOSED);
    }
    let (pool_min, pool_max) =
        (reader.number("DATABASE_POOL_MIN", 0, 1000), reader.number("DATABASE_POOL_MAX", 1, 1000));
    if pool_min > pool_max {
        reader.fault("DATABASE_POOL_MIN", "is more than DATABASE_POOL_MAX");
    }
    Some(Database {
        kind: kind?,
        pool_min,
        pool_max,
        acquire: Duration::from_millis(reader.number("DATABASE_POOL_ACQUIRE_MS", 10, 60_000).into()),
        idle: Duration::from_secs(reader.number("DATABASE_POOL_IDLE_S", 1, 3600).into()),
        schema: reader.parsed("DATABASE_SCHEMA", read_identifier)?,
        app_role: reader.parsed("DATABASE_APP_ROLE", read_identifier)?,
        system_role: reader.parsed("DATABASE_SYSTEM_ROLE", read_identifier)?,
    })
}

/// Says which kinds this build knows, and nothing of the value: it holds a password.
pub(crate) fn read_database_url(text: &str) -> Result<DatabaseKind, String> {
    match text.split_once(':') {
        Some(("sqlite", path)) if !path.trim_start_matches('/').is_empty() => {
            let path = path.strip_prefix("//").unwrap_or(path);
            Ok(DatabaseKind::Sqlite(path.into()))
        }
        #[cfg(feature = "store-postgres")]
        Some(("postgres" | "postgresql", _)) => Ok(DatabaseKind::Postgres(Secret::new(text))),
        #[cfg(feature = "store-mongo")]
        Some(("mongodb" | "mongodb+srv", _)) => read_mongo_url(text),
        _ => Err("is no database this build knows".to_owned()),
    }
}

#[cfg(feature = "store-mongo")]
fn read_mongo_url(text: &str) -> Result<DatabaseKind, String> {
    let url = Secret::new(text);
    match saaskit_store_mongo::Config::new(url.clone()).validate() {
        Ok(()) => Ok(DatabaseKind::Mongo(url)),
        Err(_) => Err("is none of MongoDB that names a database, mongodb://HOST/NAME".to_owned()),
    }
}

fn read_identifier(text: &str) -> Result<String, String> {
    let sane = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let fits =
        (1..=63).contains(&text.len()) && text.bytes().all(sane) && !text.as_bytes()[0].is_ascii_digit();
    if fits {
        Ok(text.to_owned())
    } else {
        Err("is no name of lower-case letters, digits and underscores".to_owned())
    }
}

fn read_mailbox(text: &str) -> Result<Mailbox, String> {
    let refused = || "is neither ADDRESS nor NAME <ADDRESS>".to_owned();
    let Some((name, rest)) = text.split_once('<') else {
        return Email::parse(text).map(Mailbox::from).map_err(|_| refused());
    };
    let email =
        Email::parse(rest.trim_end().strip_suffix('>').ok_or_else(refused)?).map_err(|_| refused())?;
    let name = Name::parse(name).map_err(|_| refused())?;
    Ok(Mailbox { name: Some(name), email })
}

fn read_log(reader: &mut Reader<'_>, mode: Mode) -> Log {
    let format = if reader.is_set("LOG_FORMAT") {
        reader.parsed("LOG_FORMAT", |text| match text {
            "json" => Ok(true),
            "pretty" => Ok(false),
            _ => Err("is neither pretty nor json".to_owned()),
        })
    } else {
        None
    };
    let level = reader.parsed("LOG_LEVEL", |text| {
        let parsed = text.parse::<tracing_subscriber::EnvFilter>();
        parsed.map(|_| text.to_owned()).map_err(|_| "is no log filter".to_owned())
    });
    Log { level: level.unwrap_or_default(), json: format.unwrap_or(mode == Mode::Production) }
}

fn read_benchmark(reader: &mut Reader<'_>) -> Option<Secret> {
    let on = reader.flag("BENCHMARK_MODE");
    let token = reader.secret("BENCHMARK_TOKEN");
    if on && token.as_ref().is_none_or(is_guessable) {
        reader.fault(
            "BENCHMARK_TOKEN",
            "is missing or shorter than 32 characters while BENCHMARK_MODE is true",
        );
    }
    token.filter(|_| on)
}

fn read_metrics_token(reader: &mut Reader<'_>) -> Option<Secret> {
    let token = reader.secret("METRICS_TOKEN");
    if token.as_ref().is_some_and(is_guessable) {
        reader.fault("METRICS_TOKEN", "is shorter than 32 characters");
    }
    token
}

fn is_guessable(token: &Secret) -> bool {
    token.expose().len() < 32
}

fn check_development(reader: &mut Reader<'_>, bind_addr: Option<SocketAddr>) {
    let public = bind_addr.is_some_and(|addr| !addr.ip().is_loopback());
    if public && !reader.flag("DEV_ALLOW_PUBLIC") {
        reader.fault(
            "BIND_ADDR",
            "can be reached by others, and a development server shows every mail; set APP_ENV=production, or DEV_ALLOW_PUBLIC=true",
        );
    }
}

fn check_production(reader: &mut Reader<'_>, public_url: Option<&PublicUrl>) {
    if reader.is_set("PUBLIC_URL") && public_url.is_some_and(|url| !url.is_https()) {
        reader.fault("PUBLIC_URL", "is not https");
    }
    for name in ["PUBLIC_URL", "DATABASE_URL", "DATA_ENCRYPTION_KEYS", "EMAIL_FROM"] {
        if !reader.is_set(name) {
            reader.fault(name, "is needed in production");
        }
    }
    if reader.flag("BENCHMARK_MODE") {
        reader.fault("BENCHMARK_MODE", "lets requests pass the limits");
    }
}
