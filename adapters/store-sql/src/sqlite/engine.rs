//! What is SQLite's own: types, pools, error codes.

use std::collections::HashMap;

use saaskit_kernel::{ErrorKind, PortError, Timestamp};
use serde_json::Value;
use sqlx::encode::IsNull;
use sqlx::error::{BoxDynError, DatabaseError};
use sqlx::pool::PoolOptions;
use sqlx::sqlite::{SqliteArgumentsBuffer, SqliteTypeInfo, SqliteValueRef};
use sqlx::{Database, Decode, Encode, Row as _, Type};

pub(crate) use super::config::Config;
use super::pool::Borrowed;
use super::store::port;
pub(crate) use super::transaction::{Before, Tx, hand_over, take_back};
use crate::{PoolSettings, statements};

pub(crate) const NAME: &str = "sqlite";

pub(crate) type Db = sqlx::Sqlite;
/// A connection to the database.
pub type Conn = sqlx::SqliteConnection;
pub(crate) use super::pool::Pool;
pub(crate) type Row = sqlx::sqlite::SqliteRow;
pub(crate) type Query = sqlx::query::Query<'static, Db, <Db as Database>::Arguments>;

/// A statement of this engine; counted.
pub(crate) fn sql(text: &'static str) -> Query {
    statements::count();
    sqlx::query(text)
}

/// One writer, so that nobody in this process waits for a lock, and many readers, which never wait.
#[derive(Debug, Clone)]
pub(crate) struct Pools {
    read: Pool,
    pub(super) write: Pool,
}

impl Pools {
    pub(crate) async fn connect(config: &Config) -> Result<Self, PortError> {
        Self::open(config).await.map_err(port)
    }

    async fn open(config: &Config) -> Result<Self, sqlx::Error> {
        let settings = config.pool;
        let pool = || PoolOptions::new().acquire_timeout(settings.acquire).test_before_acquire(false);
        let writer = pool().min_connections(1).max_connections(1).idle_timeout(None).max_lifetime(None);
        let write = writer.connect_with(config.options()?).await?;
        let write = Pool::before(write, PoolSettings { min: 1, max: 1, ..settings });
        let readers = pool().min_connections(settings.min).max_connections(settings.max);
        let readers = readers.idle_timeout(settings.idle);
        let read = readers.connect_with(config.options()?.pragma("query_only", "ON")).await?;
        Ok(Self { read: Pool::before(read, settings), write })
    }

    /// For reads of one tenant's rows.
    pub(crate) fn tenant(&self) -> &Pool {
        &self.read
    }

    /// For reads before or beyond a tenant.
    pub(crate) fn system(&self) -> &Pool {
        &self.read
    }

    /// For what the queue changes.
    pub(crate) fn work(&self) -> &Pool {
        &self.write
    }

    pub(crate) fn all(&self) -> [&Pool; 2] {
        [&self.read, &self.write]
    }

    pub(crate) async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

/// A connection for one question.
pub(crate) async fn hold(pool: &Pool) -> Result<Borrowed, sqlx::Error> {
    pool.hold().await
}

/// Gives one back on which nothing is under way.
pub(crate) fn give_back(pool: &Pool, borrowed: Borrowed) {
    pool.give_back(borrowed);
}

/// Whether the server is there: here there is none.
#[expect(clippy::unused_async, reason = "the other engine asks the server")]
pub(crate) async fn look(_config: &Config) -> Result<(), PortError> {
    Ok(())
}

/// Names unique indexes by the columns that `SQLite` names in its errors. A primary key is called as `PostgreSQL`
/// calls it.
#[derive(Debug)]
pub(crate) struct Indexes(HashMap<String, String>);

impl Indexes {
    pub(crate) async fn load(pools: &Pools) -> Result<Self, sqlx::Error> {
        let mut conn = pools.read.hold().await?;
        let rows = sqlx::query::<Db>(
            "SELECT group_concat(m.name || '.' || c.name, ', ' ORDER BY c.seqno) AS columns,
                    CASE i.origin WHEN 'pk' THEN m.name || '_pkey' ELSE i.name END AS name
             FROM sqlite_schema m, pragma_index_list(m.name) i, pragma_index_info(i.name) c
             WHERE m.type = 'table' AND i.\"unique\" GROUP BY m.name, i.name",
        )
        .fetch_all(&mut *conn)
        .await?;
        pools.read.give_back(conn);
        let named = rows.iter().map(|row| Ok((row.try_get("columns")?, row.try_get("name")?)));
        Ok(Self(named.collect::<Result<_, sqlx::Error>>()?))
    }

    /// Which unique index the error is about.
    pub(crate) fn broken<'a>(&'a self, error: &'a dyn DatabaseError) -> Option<&'a str> {
        let columns = error.message().strip_prefix("UNIQUE constraint failed: ")?;
        self.0.get(columns).map(String::as_str)
    }
}

/// Whether the connection is gone; here the file is always there.
pub(crate) fn is_lost(_error: &dyn DatabaseError) -> bool {
    false
}

/// Whether the same commit may succeed at once; here a lock was waited for long enough.
pub(crate) fn is_conflict(_error: &dyn DatabaseError) -> bool {
    false
}

/// Whether a table is missing that a statement names.
pub(crate) fn is_no_table(error: &dyn DatabaseError) -> bool {
    error.message().starts_with("no such table: ")
}

/// `SQLite`'s result codes; the low byte is the primary one.
pub(crate) fn kind(error: &dyn DatabaseError) -> ErrorKind {
    const BUSY: i32 = 5;
    const LOCKED: i32 = 6;
    const READONLY: i32 = 8;
    const IOERR: i32 = 10;
    const FULL: i32 = 13;
    const CANTOPEN: i32 = 14;
    let code = error.code().and_then(|code| code.parse::<i32>().ok()).unwrap_or_default();
    match code & 0xff {
        BUSY | LOCKED | READONLY | IOERR | FULL | CANTOPEN => ErrorKind::Unavailable,
        _ => ErrorKind::Unexpected,
    }
}

/// A time inside a JSON parameter.
pub(crate) fn moment(at: Timestamp) -> Value {
    at.millis().into()
}

/// A time column: milliseconds in an `INTEGER`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At(pub(crate) Timestamp);

impl Type<Db> for At {
    fn type_info() -> SqliteTypeInfo {
        <i64 as Type<Db>>::type_info()
    }

    fn compatible(ty: &SqliteTypeInfo) -> bool {
        <i64 as Type<Db>>::compatible(ty)
    }
}

impl Encode<'_, Db> for At {
    fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        <i64 as Encode<Db>>::encode(self.0.millis(), buffer)
    }
}

impl Decode<'_, Db> for At {
    fn decode(value: SqliteValueRef<'_>) -> Result<Self, BoxDynError> {
        <i64 as Decode<Db>>::decode(value).map(|millis| Self(Timestamp::from_millis(millis)))
    }
}

/// An error of the adapter itself.
pub(crate) fn port_error(kind: ErrorKind) -> PortError {
    PortError::new(kind, NAME)
}
