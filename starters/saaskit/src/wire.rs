//! The whole wiring: one function a port, one arm an adapter.

mod files;
mod known;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
#[cfg(feature = "cache-redis")]
use saaskit_cache_redis::{Redis, RedisCache, RedisEventBus, RedisRateLimiter};
#[cfg(feature = "email-smtp")]
use saaskit_email_smtp::SmtpSender;
use saaskit_gateway::Bypass;
use saaskit_hash_argon2::{Argon2Config, Argon2Hasher};
use saaskit_kernel::archive::Archive;
use saaskit_kernel::{EmailSender, Mailbox, Name, PortError, Sealer, SmsSender, Source, SystemClock};
use saaskit_memory::{MemoryCache, MemoryEventBus, MemoryRateLimiter};
use saaskit_notify::{Branding, CaptureSender};
use saaskit_seal_aead::{AeadSealer, KeyRing};
#[cfg(feature = "sms-sns")]
use saaskit_sms_sns::SnsSms;
#[cfg(feature = "sms-twilio")]
use saaskit_sms_twilio::TwilioSms;
#[cfg(feature = "store-mongo")]
use saaskit_store_mongo::{MongoArchive, MongoStore};
use saaskit_store_sql::{PoolSettings, SqliteArchive, SqliteStore, sqlite};
#[cfg(feature = "store-postgres")]
use saaskit_store_sql::{PostgresArchive, PostgresStore, postgres};
use saaskit_stories::subscriptions;
use saaskit_token_jwt::JwtSigner;

use crate::config::{Config, Database, DatabaseKind, Mode, Sms};
use crate::{Breakers, Commons, Ports, Settings, Stores, data_dir};

pub(crate) use files::place;

/// How long one statement of the database may take.
const STATEMENT: Duration = Duration::from_secs(10);
/// Somebody waited already when the database is looked for: one look in vain is enough, and the next one comes soon.
#[cfg(any(feature = "store-postgres", feature = "store-mongo"))]
const DATABASE_BREAKER: saaskit_kernel::BreakerSettings = saaskit_kernel::BreakerSettings {
    failures: 1,
    first: Duration::from_millis(100),
    longest: Duration::from_secs(2),
};
/// Buckets the rate limiter remembers at most.
const BUCKETS: usize = 200_000;
/// Bytes the cache holds at most.
const CACHE: usize = 64 * 1024 * 1024;
/// Hints a subscriber may be behind.
const HINTS: usize = 1024;
/// Verified tokens that are remembered at most.
const TOKENS: u64 = 50_000;

/// Brings the database up to date; gives what was applied.
pub(crate) async fn migrate(config: &Config) -> anyhow::Result<Vec<String>> {
    data_dir::open(&config.data_dir)?;
    let applied = match &config.database.kind {
        DatabaseKind::Sqlite(path) => SqliteStore::migrate(&sqlite_config(&config.database, path)).await,
        #[cfg(feature = "store-postgres")]
        DatabaseKind::Postgres(url) => PostgresStore::migrate(&postgres_config(&config.database, url)).await,
        #[cfg(feature = "store-mongo")]
        DatabaseKind::Mongo(url) => MongoStore::migrate(&mongo_config(&config.database, url)).await,
    };
    applied.context("the database could not be migrated")
}

/// The world the configuration names.
pub(crate) async fn ports(config: &Config) -> anyhow::Result<Ports> {
    let source = Source::system();
    let mut breakers = Breakers::new(source.clone());
    let stores = stores(&config.database, &mut breakers).await.context("the database can't be used")?;
    let sealer = sealer(config, &source)?;
    let (email, own) = (email(config, &stores, &source)?, own());
    let files = files::files(config, &source)?;
    Ok(Ports {
        alerts: watch::alerts(config, &email, &source)?,
        errors: watch::errors(config, &source)?,
        geo: known::geo(config, &source)?,
        reputation: known::reputation(config, &source)?,
        breached: known::breached(config, &own, &mut breakers)?,
        breakers,
        email,
        sms: sms(config, &stores, &source)?,
        storage: files.storage,
        signed_urls: files.signed_urls,
        url_verifier: files.url_verifier,
        stores,
        shows_outbox: config.mode == Mode::Development,
        own,
        shared: shared(config, &source).await?,
        hasher: Arc::new(Argon2Hasher::new(&Argon2Config::default(), source.clone())?),
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
        private_keys: config.jwt_private_keys.clone(),
    };
    let limits = config.limits.clone();
    let metrics_token = config.metrics_token.clone();
    Ok(Settings {
        auth,
        branding: brand,
        email_from: config.mail.from.clone(),
        http,
        limits,
        bypass,
        metrics_token,
    })
}

/// Mails look like whom they are from.
fn branding(from: &Mailbox) -> anyhow::Result<Branding> {
    let domain = from.email.original().split('@').next_back().unwrap_or_default();
    let name = from.name.clone().map_or_else(|| Name::parse(domain), Ok)?;
    Ok(Branding::named(name))
}

async fn stores(database: &Database, breakers: &mut Breakers) -> anyhow::Result<Stores> {
    let listeners = subscriptions();
    #[cfg(not(any(feature = "store-postgres", feature = "store-mongo")))]
    let _ = breakers;
    Ok(match &database.kind {
        DatabaseKind::Sqlite(path) => {
            let config = sqlite_config(database, path);
            Stores::of(SqliteStore::connect(config, listeners, Vec::new()).await?)
        }
        #[cfg(feature = "store-postgres")]
        DatabaseKind::Postgres(url) => {
            let config = postgres_config(database, url);
            let store = PostgresStore::connect(config, listeners, Vec::new()).await?;
            Stores::of(store.behind(breakers.add(saaskit_http_axum::health::DATABASE, DATABASE_BREAKER)))
        }
        #[cfg(feature = "store-mongo")]
        DatabaseKind::Mongo(url) => {
            let config = mongo_config(database, url);
            let store = MongoStore::connect(config, listeners, Vec::new()).await?;
            Stores::of(store.behind(breakers.add(saaskit_http_axum::health::DATABASE, DATABASE_BREAKER)))
        }
    })
}

/// A database everything is moved out of.
pub(crate) async fn source(database: Database) -> Result<Box<dyn Archive>, PortError> {
    Ok(match &database.kind {
        DatabaseKind::Sqlite(path) => Box::new(SqliteArchive::source(sqlite_config(&database, path)).await?),
        #[cfg(feature = "store-postgres")]
        DatabaseKind::Postgres(url) => {
            Box::new(PostgresArchive::source(postgres_config(&database, url)).await?)
        }
        #[cfg(feature = "store-mongo")]
        DatabaseKind::Mongo(url) => Box::new(MongoArchive::source(mongo_config(&database, url)).await?),
    })
}

/// A database everything is moved into.
pub(crate) async fn target(database: Database) -> Result<Box<dyn Archive>, PortError> {
    Ok(match &database.kind {
        DatabaseKind::Sqlite(path) => Box::new(SqliteArchive::target(sqlite_config(&database, path)).await?),
        #[cfg(feature = "store-postgres")]
        DatabaseKind::Postgres(url) => {
            Box::new(PostgresArchive::target(postgres_config(&database, url)).await?)
        }
        #[cfg(feature = "store-mongo")]
        DatabaseKind::Mongo(url) => Box::new(MongoArchive::target(mongo_config(&database, url)).await?),
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

#[cfg(feature = "store-mongo")]
fn mongo_config(database: &Database, url: &saaskit_kernel::Secret) -> saaskit_store_mongo::Config {
    saaskit_store_mongo::Config {
        url: url.clone(),
        min: database.pool_min,
        max: database.pool_max,
        idle: database.idle,
        find: database.acquire,
        statement: STATEMENT,
    }
}

fn pool(database: &Database) -> PoolSettings {
    let Database { pool_min: min, pool_max: max, acquire, idle, .. } = *database;
    PoolSettings { min, max, acquire, idle, statement: STATEMENT }
}

/// What a node has to itself.
fn own() -> Commons {
    Commons {
        cache: Arc::new(MemoryCache::new(Arc::new(SystemClock), CACHE)),
        limiter: Arc::new(MemoryRateLimiter::new(Arc::new(SystemClock), BUCKETS)),
        bus: Arc::new(MemoryEventBus::new(HINTS)),
    }
}

/// What all nodes share, if there is a server for it. It need not be there yet.
#[cfg(feature = "cache-redis")]
async fn shared(config: &Config, source: &Source) -> anyhow::Result<Option<Commons>> {
    let Some(config) = &config.redis else { return Ok(None) };
    let redis = Redis::connect(config, source).await.context("REDIS_URL can't be used")?;
    Ok(Some(Commons {
        bus: Arc::new(RedisEventBus::new(redis.clone(), config, source, HINTS)?),
        limiter: Arc::new(RedisRateLimiter::new(redis.clone())),
        cache: Arc::new(RedisCache::new(redis)),
    }))
}

#[cfg(not(feature = "cache-redis"))]
fn shared(_: &Config, _: &Source) -> impl Future<Output = anyhow::Result<Option<Commons>>> {
    std::future::ready(Ok(None))
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

/// Texts go out by the provider that was named; in development they are kept to be looked at.
fn sms(config: &Config, stores: &Stores, source: &Source) -> anyhow::Result<Option<Arc<dyn SmsSender>>> {
    Ok(match &config.sms {
        Sms::Nowhere => None,
        Sms::Outbox => {
            anyhow::ensure!(config.mode == Mode::Development, "texts are kept only in development");
            Some(Arc::new(CaptureSender::new(stores.store.clone(), source.clone())))
        }
        #[cfg(feature = "sms-twilio")]
        Sms::Twilio(twilio) => Some(Arc::new(TwilioSms::new(twilio).context("Twilio can't be used")?)),
        #[cfg(feature = "sms-sns")]
        Sms::Sns(sns) => Some(Arc::new(SnsSms::new(sns).context("SNS can't be used")?)),
    })
}
