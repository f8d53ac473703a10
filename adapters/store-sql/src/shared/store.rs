//! The store itself; compiled once for each engine.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use saaskit_kernel::{
    Breaker, Commit, CommitError, Connections, ErrorKind, PortError, Reach, Subscriptions, Write,
};
use sqlx::types::Uuid;
use tokio::time::timeout;

use super::engine::{self, Config, Conn, Indexes, Pool, Pools, Query, Row};
use crate::Failure;

/// Members of the elements of a JSON array, to be followed by `each!`.
macro_rules! members {
    ($kind:ident $name:literal $(, $kinds:ident $names:literal)*) => {
        concat!(member!($kind $name) $(, ", ", member!($kinds $names))*, " FROM ")
    };
}

mod archive;
#[cfg(feature = "auth")]
mod auth;
mod claim;
mod commit;
mod domain;
mod error;
mod log;
mod migrate;
#[cfg(feature = "notify")]
mod notify;
mod retries;
mod row;
mod signal;
#[cfg(feature = "tenants")]
mod tenants;
mod work;

pub use archive::Archive;
pub(super) use error::port;
pub(super) use migrate::apply as apply_migrations;

use domain::Domain;
use retries::Retries;

/// Every domain this store was built with.
const DOMAINS: &[Domain] = &[
    log::DOMAIN,
    #[cfg(feature = "auth")]
    auth::DOMAIN,
    #[cfg(feature = "tenants")]
    tenants::DOMAIN,
    #[cfg(feature = "notify")]
    notify::DOMAIN,
];

/// Applies an embedder's own writes inside the store's transaction.
#[async_trait]
pub trait WriteHandler: fmt::Debug + Send + Sync + 'static {
    /// Whether it knows the write. Asked before anything is applied.
    fn handles(&self, write: &Write) -> bool;

    /// Applies a write it knows. On PostgreSQL it runs under the role the login has by itself. An error refuses
    /// the whole commit. The connection is inside of a transaction, which it neither ends nor begins anew.
    async fn apply(&self, conn: &mut Conn, write: &Write) -> Result<(), Failure>;
}

/// Every port of every domain, on one database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pools: Pools,
    config: Config,
    indexes: Indexes,
    subscriptions: Subscriptions,
    handlers: Vec<Arc<dyn WriteHandler>>,
    /// The lane that was served last.
    cursor: Mutex<Uuid>,
    reach: Reach,
}

impl Store {
    /// Opens the pools. `Invalid` for a configuration that makes no sense, `Rejected` for a database that lacks
    /// migrations or that must not be used like this, `Unavailable` if there is none.
    pub async fn connect(
        config: Config,
        subscriptions: Subscriptions,
        handlers: Vec<Arc<dyn WriteHandler>>,
    ) -> Result<Self, PortError> {
        config.validate()?;
        let pools = Pools::connect(&config).await?;
        let mut conn = engine::hold(pools.system()).await.map_err(port)?;
        migrate::expect_whole(&mut conn).await?;
        engine::give_back(pools.system(), conn);
        let indexes = Indexes::load(&pools).await.map_err(port)?;
        let (cursor, reach) = Default::default();
        Ok(Self(Arc::new(Inner { pools, config, indexes, subscriptions, handlers, cursor, reach })))
    }

    /// The same, refusing at once while that breaker is open: it opens when somebody waits and the server is looked for
    /// in vain. It is looked for by a task, which ends with this store.
    #[must_use]
    pub fn behind(self, breaker: Breaker) -> Self {
        let config = self.0.config.clone();
        self.0.reach.mind(breaker, move || {
            let config = config.clone();
            async move { engine::look(&config).await }
        });
        self
    }

    /// Brings the schema up to date and gives the migrations it applied, `auth/0001_accounts`. Any number of
    /// nodes may do it at once. `Rejected` if a migration was changed after it was applied.
    pub async fn migrate(config: &Config) -> Result<Vec<String>, PortError> {
        config.validate()?;
        super::schema::migrate(config).await
    }

    /// Applies a commit inside a transaction that somebody else began and will commit. If it fails, nothing of it
    /// is left in the transaction. Foreign writes are applied under the role the transaction has.
    pub async fn apply(
        &self,
        tx: &mut sqlx::Transaction<'_, engine::Db>,
        commit: Commit,
    ) -> Result<(), CommitError> {
        self.apply_within(tx, commit).await
    }

    /// Closes the connections, after those in use are given back.
    pub async fn close(&self) {
        self.0.pools.close().await;
    }

    fn limit(&self) -> Duration {
        self.0.config.pool.limit()
    }

    async fn one(
        &self,
        pool: &Pool,
        query: impl Fn() -> Query + Send + Sync,
    ) -> Result<Option<Row>, PortError> {
        self.ask(pool, query, |query, conn| Box::pin(query.fetch_optional(conn))).await
    }

    async fn all(&self, pool: &Pool, query: impl Fn() -> Query + Send + Sync) -> Result<Vec<Row>, PortError> {
        self.ask(pool, query, |query, conn| Box::pin(query.fetch_all(conn))).await
    }

    /// Whether the query changed a row.
    async fn changed(&self, pool: &Pool, query: impl Fn() -> Query + Send + Sync) -> Result<bool, PortError> {
        Ok(self.count_changed(pool, query).await? > 0)
    }

    /// How many rows the query changed.
    async fn count_changed(
        &self,
        pool: &Pool,
        query: impl Fn() -> Query + Send + Sync,
    ) -> Result<u64, PortError> {
        let changed = self.ask(pool, query, |query, conn| Box::pin(query.execute(conn))).await?;
        Ok(changed.rows_affected())
    }

    /// Asks again over another connection when one was lost.
    async fn ask<T>(
        &self,
        pool: &Pool,
        query: impl Fn() -> Query + Send + Sync,
        run: Run<T>,
    ) -> Result<T, PortError> {
        let asking = async {
            let mut retries = Retries::default();
            loop {
                let answer = timeout(self.limit(), ask_once(pool, query(), run)).await;
                match answer.map_err(|_| engine::port_error(ErrorKind::TimedOut))? {
                    Err(cause) if retries.again(&cause).await => {}
                    answer => return answer.map_err(Failure::from),
                }
            }
        };
        self.0.reach.ask(asking).await.map_err(error::of_question)
    }
}

/// How a query is run.
type Run<T> = for<'c> fn(Query, &'c mut Conn) -> BoxFuture<'c, Result<T, sqlx::Error>>;

async fn ask_once<T>(pool: &Pool, query: Query, run: Run<T>) -> Result<T, sqlx::Error> {
    let mut conn = engine::hold(pool).await?;
    let answer = run(query, &mut conn).await;
    let is_whole = match &answer {
        Ok(_) => true,
        Err(sqlx::Error::Database(error)) => !engine::is_lost(error.as_ref()),
        Err(_) => false,
    };
    if is_whole {
        engine::give_back(pool, conn);
    }
    answer
}

#[async_trait]
impl saaskit_kernel::Store for Store {
    async fn commit(&self, commit: Commit) -> Result<(), CommitError> {
        self.commit_with_retries(commit).await
    }

    async fn ping(&self) -> Result<(), PortError> {
        self.one(self.0.pools.system(), || engine::sql("SELECT 1")).await.map(drop)
    }

    fn connections(&self) -> Option<Connections> {
        let (mut size, mut idle) = (0, 0);
        for pool in self.0.pools.all() {
            size += pool.size();
            idle += u32::try_from(pool.num_idle()).unwrap_or(u32::MAX);
        }
        // They are not counted at one moment.
        Some(Connections { in_use: size.saturating_sub(idle), idle })
    }
}
