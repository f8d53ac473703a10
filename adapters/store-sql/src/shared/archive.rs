//! Everything in the store, as rows of no engine.

use std::time::Duration;

use async_trait::async_trait;
use saaskit_kernel::archive::{self, Mark, Row, Table, Value};
use saaskit_kernel::{ErrorKind, PortError};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::timeout;

use super::super::hold;
use super::engine::{self, Config, Conn, Query, port_error};
use super::{DOMAINS, Store, migrate, port};

mod row;
mod statement;

/// How long one statement may run: some read and sort a whole table.
const LIMIT: Duration = Duration::from_mins(5);

/// A store that is moved out of or into. It keeps every server away for as long as it lives.
#[derive(Debug)]
pub struct Archive {
    conn: Mutex<Conn>,
    config: Config,
}

impl Archive {
    /// What is moved out of: it is only read, and as it is at this moment. `Rejected` where a server uses it or its
    /// tables are not those of this version.
    pub async fn source(config: Config) -> Result<Self, PortError> {
        Self::open(config, hold::source).await
    }

    /// What is moved into, brought up to date. `Rejected` where a server uses it.
    pub async fn target(config: Config) -> Result<Self, PortError> {
        Store::migrate(&config).await?;
        Self::open(config, hold::target).await
    }

    async fn open(
        mut config: Config,
        hold: impl AsyncFnOnce(&Config) -> Result<Conn, PortError>,
    ) -> Result<Self, PortError> {
        config.validate()?;
        config.pool.statement = LIMIT;
        let mut conn = hold(&config).await?;
        migrate::expect_this_version(&mut conn).await?;
        Ok(Self { conn: Mutex::new(conn), config })
    }

    async fn all(&self, query: Query) -> Result<Vec<engine::Row>, PortError> {
        let mut conn = self.conn.lock().await;
        in_time(query.fetch_all(&mut *conn)).await
    }

    async fn run(conn: &mut MutexGuard<'_, Conn>, query: Query) -> Result<(), PortError> {
        in_time(query.execute(&mut **conn)).await.map(drop)
    }
}

async fn in_time<T>(asked: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, PortError> {
    timeout(LIMIT, asked).await.map_err(|_| port_error(ErrorKind::TimedOut))?.map_err(port)
}

#[async_trait]
impl archive::Archive for Archive {
    fn tables(&self) -> Vec<&'static Table> {
        DOMAINS.iter().flat_map(|domain| domain.tables).collect()
    }

    async fn read(&self, table: &Table, after: Option<&[Value]>, limit: u32) -> Result<Vec<Row>, PortError> {
        let rows = self.all(statement::page(table, after, limit)).await?;
        rows.iter().map(|found| row::read(table, found)).collect()
    }

    async fn last(&self, table: &Table) -> Result<Option<Row>, PortError> {
        let rows = self.all(statement::last(table)).await?;
        rows.first().map(|found| row::read_key(table, found)).transpose()
    }

    async fn write(&self, table: &Table, rows: &[Row]) -> Result<(), PortError> {
        if rows.is_empty() {
            return Ok(());
        }
        Self::run(&mut self.conn.lock().await, statement::insert(table, rows)).await
    }

    async fn mark(&self) -> Result<Option<Mark>, PortError> {
        migrate::mark(&mut *self.conn.lock().await).await
    }

    async fn begin(&self, mark: Mark) -> Result<(), PortError> {
        let mut conn = self.conn.lock().await;
        hold::as_owner(&mut conn).await?;
        Self::run(&mut conn, migrate::insert_mark(mark)).await?;
        hold::as_reader(&mut conn, &self.config).await
    }

    async fn end(&self) -> Result<(), PortError> {
        let mut conn = self.conn.lock().await;
        hold::as_owner(&mut conn).await?;
        Self::run(&mut conn, migrate::delete_mark()).await?;
        hold::as_reader(&mut conn, &self.config).await
    }
}
