use std::time::Duration;

use saaskit_kernel::{CommitError, Reach, Scope};
use tokio::time::timeout;

use super::engine::{Config, Conn, Pools};
use super::pool::{Borrowed, Pool};
use crate::Failure;

/// A writing transaction: it holds the write lock from its beginning, so that it can't fail half-way for want of it.
/// Dropped before its end, its connection is closed, which undoes it. It is begun and ended by statements of ours:
/// the library's wait for an acknowledgement, two changes of threads each.
pub(crate) struct Tx {
    conn: Borrowed,
    pool: Pool,
}

impl Tx {
    pub(crate) async fn begin(pools: &Pools, _scope: Scope) -> Result<Self, sqlx::Error> {
        let mut conn = pools.write.hold().await?;
        conn.close_unless_given_back();
        sqlx::query("BEGIN IMMEDIATE").execute(&mut *conn).await?;
        Ok(Self { conn, pool: pools.write.clone() })
    }

    pub(crate) fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    pub(crate) async fn rollback(mut self) {
        match sqlx::query("ROLLBACK").execute(self.conn()).await {
            Ok(_) => self.pool.give_back(self.conn),
            Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "a rollback failed"),
        }
    }

    /// Commits. An error of the database is its verdict; without an answer nobody knows.
    pub(crate) async fn commit(
        mut self,
        _pools: &Pools,
        limit: Duration,
        _reach: &Reach,
    ) -> Result<(), Failure> {
        match timeout(limit, sqlx::query("COMMIT").execute(self.conn())).await {
            Ok(Ok(_)) => {
                self.pool.give_back(self.conn);
                Ok(())
            }
            Ok(Err(error @ sqlx::Error::Database(_))) => {
                self.rollback().await;
                Err(error.into())
            }
            Ok(Err(_)) | Err(_) => Err(CommitError::Unknown.into()),
        }
    }
}

/// `SQLite` has no roles: what a store must restore after its own writes is nothing.
pub(crate) struct Before;

#[expect(clippy::unused_async, reason = "the other engine asks the database")]
impl Before {
    pub(crate) async fn enter(
        _conn: &mut Conn,
        _scope: Scope,
        _config: &Config,
    ) -> Result<Self, sqlx::Error> {
        Ok(Self)
    }

    pub(crate) async fn leave(self, _conn: &mut Conn) -> Result<(), sqlx::Error> {
        Ok(())
    }
}

/// What a foreign handler writes with is what the store writes with.
pub(crate) async fn hand_over(_conn: &mut Conn) -> Result<(), sqlx::Error> {
    Ok(())
}

/// An error does not end a transaction here.
pub(crate) async fn take_back(_conn: &mut Conn) -> Result<(), sqlx::Error> {
    Ok(())
}
