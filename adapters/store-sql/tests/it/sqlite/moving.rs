use std::sync::Arc;

use async_trait::async_trait;
use saaskit_conformance::archive::{ArchiveHarness, Server};
use saaskit_conformance::fixtures;
use saaskit_kernel::ErrorKind;
use saaskit_kernel::archive::{Archive as _, Kind};
use saaskit_store_sql::sqlite::Config;
use saaskit_store_sql::{SqliteArchive, SqliteStore};

use super::Database;
use crate::schema::assert_all_moves;

#[derive(Debug)]
struct Serves(Config);

#[async_trait]
impl Server for Serves {
    async fn can_serve(&self) -> bool {
        SqliteStore::connect(self.0.clone(), fixtures::subscriptions(), Vec::new()).await.is_ok()
    }
}

async fn fresh() -> ArchiveHarness {
    let Database { dir, config } = Database::new();
    let archive = SqliteArchive::target(config.clone()).await.unwrap();
    ArchiveHarness {
        archive: Box::new(archive),
        server: Arc::new(Serves(config)),
        guard: Some(Box::new(dir)),
    }
}

saaskit_conformance::archive_suite!(super::fresh());

#[tokio::test]
async fn every_column_moves() {
    let database = Database::migrated().await;
    let raw = database.raw().await;
    let columns: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT t.name, c.name, c.type FROM pragma_table_list t, pragma_table_xinfo(t.name) c
         WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND c.hidden = 0",
    )
    .fetch_all(&raw)
    .await
    .unwrap();
    raw.close().await;
    let archive = SqliteArchive::source(database.config.clone()).await.unwrap();
    assert_all_moves(columns, &archive.tables(), |kind| match kind {
        Kind::Id | Kind::Bytes => "BLOB",
        Kind::Flag | Kind::Number | Kind::Time => "INTEGER",
        Kind::Text | Kind::Json | Kind::Ip => "TEXT",
    });
}

#[tokio::test]
async fn a_database_that_is_served_is_not_moved_and_one_that_is_moved_is_not_served() {
    let mut database = Database::migrated().await;
    database.config.pool.acquire = std::time::Duration::from_millis(200);
    let store = database.store(Vec::new()).await;
    let refused = SqliteArchive::source(database.config.clone()).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Rejected, "{refused:?}");
    let refused = SqliteArchive::target(database.config.clone()).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Rejected, "{refused:?}");

    store.close().await;
    drop(store);
    let archive = SqliteArchive::source(database.config.clone()).await.unwrap();
    let refused = SqliteStore::connect(database.config.clone(), fixtures::subscriptions(), Vec::new()).await;
    assert!(refused.is_err());
    drop(archive);
}

#[tokio::test]
async fn a_source_is_never_written_to() {
    let database = Database::migrated().await;
    let archive = SqliteArchive::source(database.config.clone()).await.unwrap();
    let table = archive.tables()[0];
    archive.write(table, &saaskit_conformance::archive::rows_of(table)).await.unwrap_err();
}

#[tokio::test]
async fn a_source_of_another_version_is_refused() {
    let database = Database::new();
    SqliteArchive::source(database.config.clone()).await.unwrap_err();
    let database = Database::migrated().await;
    let raw = database.raw().await;
    let newer =
        "INSERT INTO saaskit_migrations (domain, version, name, checksum) VALUES ('auth', 999, 'x', x'00')";
    sqlx::query(newer).execute(&raw).await.unwrap();
    raw.close().await;
    let refused = SqliteArchive::source(database.config.clone()).await.unwrap_err();
    let why = std::error::Error::source(&refused).unwrap().to_string();
    assert!(why.contains("auth/0999"), "{why}");
}
