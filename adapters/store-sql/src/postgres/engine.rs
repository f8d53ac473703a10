//! What is PostgreSQL's own: types, pools, error codes.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use saaskit_kernel::{ErrorKind, PortError, Timestamp};
use serde_json::Value;
use sqlx::encode::IsNull;
use sqlx::error::{BoxDynError, DatabaseError};
use sqlx::pool::{PoolConnection, PoolOptions};
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo, PgValueRef};
use sqlx::types::time::OffsetDateTime;
use sqlx::{Connection, Database, Decode, Encode, Type};

pub(crate) use super::config::Config;
use super::roles;
use super::store::port;
pub(crate) use super::transaction::{Before, Tx, hand_over, take_back};
use crate::statements;

pub(crate) const NAME: &str = "postgres";

pub(crate) type Db = sqlx::Postgres;
/// A connection to the database.
pub type Conn = sqlx::PgConnection;
pub(crate) type Pool = sqlx::Pool<Db>;
pub(crate) type Row = sqlx::postgres::PgRow;
pub(crate) type Query = sqlx::query::Query<'static, Db, <Db as Database>::Arguments>;

/// A statement of this engine; counted.
pub(crate) fn sql(text: &'static str) -> Query {
    statements::count();
    sqlx::query(text)
}

/// Two pools, because a policy is chosen by the role a connection has before a statement begins.
#[derive(Debug, Clone)]
pub(crate) struct Pools {
    pub(super) app: Pool,
    pub(super) system: Pool,
}

impl Pools {
    pub(crate) async fn connect(config: &Config) -> Result<Self, PortError> {
        roles::check(config).await?;
        let app = pool(config, &config.app_role).await.map_err(port)?;
        let system = pool(config, &config.system_role).await.map_err(port)?;
        Ok(Self { app, system })
    }

    /// For reads of one tenant's rows.
    pub(crate) fn tenant(&self) -> &Pool {
        &self.app
    }

    /// For reads before or beyond a tenant.
    pub(crate) fn system(&self) -> &Pool {
        &self.system
    }

    /// For what the queue changes.
    pub(crate) fn work(&self) -> &Pool {
        &self.system
    }

    pub(crate) fn all(&self) -> [&Pool; 2] {
        [&self.app, &self.system]
    }

    pub(crate) async fn close(&self) {
        self.app.close().await;
        self.system.close().await;
    }
}

/// A connection for one question.
pub(crate) async fn hold(pool: &Pool) -> Result<Held, sqlx::Error> {
    Ok(Held { conn: pool.acquire().await?, is_free: false })
}

/// Gives one back on which nothing is under way; the pool sees to the rest.
pub(crate) fn give_back(_pool: &Pool, mut held: Held) {
    held.is_free = true;
}

/// A connection that is held. Dropped in the middle of a question it is closed: the answer may never come, and the pool
/// would wait for it.
pub(crate) struct Held {
    conn: PoolConnection<Db>,
    is_free: bool,
}

impl Deref for Held {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if !self.is_free {
            self.conn.close_on_drop();
        }
    }
}

/// A connection that was idle for long is tried first; one in use costs no trip for it.
async fn is_usable(conn: &mut Conn, idle_for: Duration) -> Result<bool, sqlx::Error> {
    if idle_for > Duration::from_secs(1) {
        conn.ping().await?;
    }
    Ok(true)
}

/// A connection outside the pools.
pub(crate) async fn connect(config: &Config) -> Result<Conn, PortError> {
    dial(config).await?.map_err(port)
}

/// Whether the server is there. That it refuses us is an answer, too.
pub(crate) async fn look(config: &Config) -> Result<(), PortError> {
    match dial(config).await? {
        Ok(conn) => {
            // It has answered, however this goes.
            drop(tokio::time::timeout(config.pool.acquire, conn.close()).await);
            Ok(())
        }
        Err(sqlx::Error::Database(error)) if !is_lost(error.as_ref()) => Ok(()),
        Err(error) => Err(port(error)),
    }
}

/// What comes of trying to connect, in time.
async fn dial(config: &Config) -> Result<Result<Conn, sqlx::Error>, PortError> {
    let options = config.options().map_err(port)?;
    let connected = tokio::time::timeout(config.pool.acquire, Conn::connect_with(&options)).await;
    connected.map_err(|_| port_error(ErrorKind::Unavailable).because("no answer from the server"))
}

async fn pool(config: &Config, role: &str) -> Result<Pool, sqlx::Error> {
    let settings = config.pool;
    let set_up: Arc<str> = config.set_up(role).into();
    let options = PoolOptions::new()
        .acquire_timeout(settings.acquire)
        .min_connections(settings.min)
        .max_connections(settings.max)
        .idle_timeout(settings.idle)
        .test_before_acquire(false)
        .before_acquire(|conn, state| Box::pin(is_usable(conn, state.idle_for)))
        .after_connect(move |conn, _| {
            let set_up = set_up.clone();
            Box::pin(async move { roles::run(conn, &set_up).await })
        });
    options.connect_with(config.options()?).await
}

/// `PostgreSQL` names the index itself.
#[derive(Debug)]
pub(crate) struct Indexes;

impl Indexes {
    #[expect(clippy::unused_async, reason = "the other engine asks the database")]
    pub(crate) async fn load(_pools: &Pools) -> Result<Self, sqlx::Error> {
        Ok(Self)
    }

    /// Which unique index the error is about.
    #[expect(clippy::unused_self, reason = "the other engine looks it up")]
    pub(crate) fn broken<'a>(&'a self, error: &'a dyn DatabaseError) -> Option<&'a str> {
        (error.is_unique_violation()).then(|| error.constraint()).flatten()
    }
}

/// Whether the server ended the connection: classes 08 and 57P.
pub(crate) fn is_lost(error: &dyn DatabaseError) -> bool {
    error.code().is_some_and(|code| code.starts_with("08") || code.starts_with("57P"))
}

/// Whether the same commit may succeed at once: a serialisation failure or a deadlock.
pub(crate) fn is_conflict(error: &dyn DatabaseError) -> bool {
    matches!(error.code().as_deref(), Some("40001" | "40P01"))
}

/// Whether a table is missing that a statement names.
pub(crate) fn is_no_table(error: &dyn DatabaseError) -> bool {
    error.code().as_deref() == Some("42P01")
}

/// `PostgreSQL`'s error codes, by class. 42501, insufficient privilege, is a bug here: a statement without its tenant.
pub(crate) fn kind(error: &dyn DatabaseError) -> ErrorKind {
    let code = error.code().unwrap_or_default();
    match code.as_ref() {
        "57014" | "55P03" => ErrorKind::TimedOut,
        "40001" | "40P01" | "25006" => ErrorKind::Unavailable,
        _ if is_lost(error) => ErrorKind::Unavailable,
        _ if code.starts_with("53") || code.starts_with("58") => ErrorKind::Unavailable,
        _ if code.starts_with("28") || code.starts_with("3D") => ErrorKind::Rejected,
        _ => ErrorKind::Unexpected,
    }
}

/// A time inside a JSON parameter.
pub(crate) fn moment(at: Timestamp) -> Value {
    at.to_string().into()
}

/// A time column: `timestamptz`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At(pub(crate) Timestamp);

impl Type<Db> for At {
    fn type_info() -> PgTypeInfo {
        <OffsetDateTime as Type<Db>>::type_info()
    }
}

impl Encode<'_, Db> for At {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0.millis()) * 1_000_000)?;
        <OffsetDateTime as Encode<Db>>::encode(time, buffer)
    }
}

impl Decode<'_, Db> for At {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        let time = <OffsetDateTime as Decode<Db>>::decode(value)?;
        let millis = i64::try_from(time.unix_timestamp_nanos().div_euclid(1_000_000))?;
        Ok(Self(Timestamp::from_millis(millis)))
    }
}

/// An error of the adapter itself.
pub(crate) fn port_error(kind: ErrorKind) -> PortError {
    PortError::new(kind, NAME)
}
