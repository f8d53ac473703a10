use std::sync::Arc;
use std::time::Duration;

use saaskit_conformance::foreign::ForeignHarness;
use saaskit_conformance::{Stores, fixtures};
use saaskit_store_sql::sqlite::{Config, WriteHandler};
use saaskit_store_sql::{PoolSettings, SqliteStore};
use sqlx::SqlitePool;
use tempfile::TempDir;

mod migrations;
mod moving;
mod own;

crate::notes::notes!(sqlite, SqlitePool, "notes");

/// A new database in a directory of its own.
struct Database {
    dir: TempDir,
    config: Config,
}

impl Database {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", dir.path().join("it.db").display());
        let pool =
            PoolSettings { min: 0, max: 4, acquire: Duration::from_secs(30), ..PoolSettings::default() };
        Self { dir, config: Config { url, pool } }
    }

    async fn migrated() -> Self {
        let database = Self::new();
        SqliteStore::migrate(&database.config).await.unwrap();
        database
    }

    async fn store(&self, handlers: Vec<Arc<dyn WriteHandler>>) -> Arc<SqliteStore> {
        let store = SqliteStore::connect(self.config.clone(), fixtures::subscriptions(), handlers).await;
        Arc::new(store.unwrap())
    }

    async fn raw(&self) -> SqlitePool {
        SqlitePool::connect(&self.config.url).await.unwrap()
    }
}

async fn fresh() -> Stores {
    let database = Database::migrated().await;
    Stores::of(database.store(Vec::new()).await).keeping(database.dir)
}

async fn with_notes() -> ForeignHarness {
    let database = Database::migrated().await;
    let raw = database.raw().await;
    sqlx::query("CREATE TABLE notes (number INTEGER PRIMARY KEY, text TEXT NOT NULL)")
        .execute(&raw)
        .await
        .unwrap();
    let stores = Stores::of(database.store(vec![Arc::new(TakesNotes)]).await).keeping(database.dir);
    ForeignHarness { stores, notes: Arc::new(ReadsNotes(raw)) }
}

saaskit_conformance::every_store_suite!(super::fresh());
saaskit_conformance::foreign_suite!(super::with_notes());
