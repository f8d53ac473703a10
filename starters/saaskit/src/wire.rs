//! The whole wiring: one function a port, one arm an adapter.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use saaskit_breach_list::CommonPasswords;
#[cfg(feature = "email-smtp")]
use saaskit_email_smtp::SmtpSender;
use saaskit_gateway::Bypass;
use saaskit_hash_argon2::{Argon2Config, Argon2Hasher};
use saaskit_kernel::{EmailSender, Mailbox, Name, Sealer, Source, SystemClock};
use saaskit_memory::MemoryRateLimiter;
use saaskit_notify::{Branding, CaptureSender};
use saaskit_seal_aead::{AeadSealer, KeyRing};
use saaskit_store_sql::{PoolSettings, SqliteStore, sqlite};
#[cfg(feature = "store-postgres")]
use saaskit_store_sql::{PostgresStore, postgres};
use saaskit_stories::subscriptions;
use saaskit_token_jwt::JwtSigner;

use crate::config::{Config, Database, DatabaseKind, Mode};
use crate::{Ports, Settings, Stores, data_dir};

/// Buckets the rate limiter remembers at most.
const BUCKETS: usize = 200_000;
/// Verified tokens that are remembered at most.
const TOKENS: u64 = 50_000;

/// Brings the database up to date; gives what was applied.
pub(crate) async fn migrate(config: &Config) -> anyhow::Result<Vec<String>> {
    data_dir::open(&config.data_dir)?;
    let applied = match &config.database.kind {
        DatabaseKind::Sqlite(path) => SqliteStore::migrate(&sqlite_config(&config.database, path)).await,
        #[cfg(feature = "store-postgres")]
        DatabaseKind::Postgres(url) => PostgresStore::migrate(&postgres_config(&config.database, url)).await,
    };
    applied.context("the database could not be migrated")
}

/// The world the configuration names.
pub(crate) async fn ports(config: &Config) -> anyhow::Result<Ports> {
    let source = Source::system();
    let stores = stores(&config.database).await.context("the database can't be used")?;
    let sealer = sealer(config, &source)?;
    Ok(Ports {
        email: email(config, &stores, &source)?,
        stores,
        shows_outbox: config.mode == Mode::Development,
        limiter: Arc::new(MemoryRateLimiter::new(Arc::new(SystemClock), BUCKETS)),
        hasher: Arc::new(Argon2Hasher::new(&Argon2Config::default(), source.clone())?),
        breached: Arc::new(CommonPasswords),
        signer: Arc::new(JwtSigner::new(config.public_url.origin().as_str(), "saaskit").remembering(TOKENS)),
        sealer,
        source,
    })
}

/// What the configuration chooses of the server itself.
pub(crate) fn settings(config: &Config) -> anyhow::Result<Settings> {
    let in_production = config.mode == Mode::Production;
    let bypass = config.benchmark_token.clone().map(|token| Bypass::new(token, in_production)).transpose()?;
    let mut http = saaskit_http_axum::Settings::new(config.public_url.clone());
    http.trusted_proxies = config.trusted_proxies.clone();
    http.cors = config.cors.clone();
    let brand = branding(&config.mail.from)?;
    let auth = saaskit_auth::Settings {
        password_policy: config.password_policy,
        product: brand.name.to_string(),
        permissions: Vec::new(),
        reveal_existing_email: config.reveal_existing_email,
        algorithm: config.jwt_algorithm,
        private_key: config.jwt_private_key.clone(),
    };
    let limits = config.limits.clone();
    Ok(Settings { auth, branding: brand, email_from: config.mail.from.clone(), http, limits, bypass })
}

/// Mails look like whom they are from.
fn branding(from: &Mailbox) -> anyhow::Result<Branding> {
    let domain = from.email.original().split('@').next_back().unwrap_or_default();
    let name = from.name.clone().map_or_else(|| Name::parse(domain), Ok)?;
    Ok(Branding::named(name))
}

async fn stores(database: &Database) -> anyhow::Result<Stores> {
    let listeners = subscriptions();
    Ok(match &database.kind {
        DatabaseKind::Sqlite(path) => {
            let config = sqlite_config(database, path);
            Stores::of(SqliteStore::connect(config, listeners, Vec::new()).await?)
        }
        #[cfg(feature = "store-postgres")]
        DatabaseKind::Postgres(url) => {
            let config = postgres_config(database, url);
            Stores::of(PostgresStore::connect(config, listeners, Vec::new()).await?)
        }
    })
}

fn sqlite_config(database: &Database, path: &std::path::Path) -> sqlite::Config {
    sqlite::Config { url: format!("sqlite:{}", path.display()), pool: pool(database) }
}

#[cfg(feature = "store-postgres")]
fn postgres_config(database: &Database, url: &saaskit_kernel::Secret) -> postgres::Config {
    postgres::Config {
        url: url.clone(),
        pool: pool(database),
        app_role: database.app_role.clone(),
        system_role: database.system_role.clone(),
        schema: database.schema.clone(),
    }
}

fn pool(database: &Database) -> PoolSettings {
    let Database { pool_min: min, pool_max: max, acquire, idle, .. } = *database;
    PoolSettings { min, max, acquire, idle, statement: Duration::from_secs(10) }
}

fn sealer(config: &Config, source: &Source) -> anyhow::Result<Arc<dyn Sealer>> {
    let keys = match &config.data_encryption_keys {
        Some(keys) => keys.clone(),
        None => data_dir::encryption_keys(&config.data_dir, source)?,
    };
    let ring = KeyRing::parse(&keys).context("DATA_ENCRYPTION_KEYS can't be used")?;
    Ok(Arc::new(AeadSealer::new(ring, source.clone())?))
}

/// Mail goes out by the server that was named; without one it is kept to be looked at.
fn email(config: &Config, stores: &Stores, source: &Source) -> anyhow::Result<Arc<dyn EmailSender>> {
    #[cfg(feature = "email-smtp")]
    if let Some(smtp) = &config.mail.smtp {
        return Ok(Arc::new(SmtpSender::new(smtp, source.clone()).context("SMTP_HOST can't be used")?));
    }
    anyhow::ensure!(config.mode == Mode::Development, "mail is kept only in development");
    Ok(Arc::new(CaptureSender::new(stores.store.clone(), source.clone())))
}
