use std::time::Duration;

use saaskit_kernel::{CommitError, Scope};
use sqlx::Transaction;
use tokio::time::timeout;

use super::engine::{Config, Conn, Db, Pools};
use crate::Failure;

/// A writing transaction: it holds the write lock from its beginning, so that it can't fail half-way for want of it.
pub(crate) struct Tx(Transaction<'static, Db>);

impl Tx {
    pub(crate) async fn begin(pools: &Pools, _scope: Scope) -> Result<Self, sqlx::Error> {
        Ok(Self(pools.write.pool().begin_with("BEGIN IMMEDIATE").await?))
    }

    pub(crate) fn conn(&mut self) -> &mut Conn {
        &mut self.0
    }

    pub(crate) async fn rollback(self) {
        if let Err(error) = self.0.rollback().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "a rollback failed");
        }
    }

    /// Commits. An error of the database is its verdict; without an answer nobody knows.
    pub(crate) async fn commit(self, _pools: &Pools, limit: Duration) -> Result<(), Failure> {
        match timeout(limit, self.0.commit()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error @ sqlx::Error::Database(_))) => Err(error.into()),
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
