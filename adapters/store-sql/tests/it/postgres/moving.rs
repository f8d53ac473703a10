use std::sync::Arc;

use async_trait::async_trait;
use saaskit_conformance::archive::{ArchiveHarness, Server, pages_go_on_right_after_their_key, rows_of};
use saaskit_conformance::fixtures;
use saaskit_kernel::archive::{Archive as _, Kind};
use saaskit_kernel::{ErrorKind, Store as _};
use saaskit_store_sql::postgres::Config;
use saaskit_store_sql::{PostgresArchive, PostgresStore};

use super::{Database, Dropped, LOGIN, as_superuser};
use crate::schema::assert_all_moves;

#[derive(Debug)]
struct Serves(Config);

#[async_trait]
impl Server for Serves {
    async fn can_serve(&self) -> bool {
        PostgresStore::connect(self.0.clone(), fixtures::subscriptions(), Vec::new()).await.is_ok()
    }
}

async fn fresh() -> ArchiveHarness {
    let Database { name, config } = Database::new().await;
    let archive = PostgresArchive::target(config.clone()).await.unwrap();
    let guard = Box::new(Dropped(name));
    ArchiveHarness { archive: Box::new(archive), server: Arc::new(Serves(config)), guard: Some(guard) }
}

saaskit_conformance::archive_suite!(
    super::fresh(),
    #[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
);

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn keys_are_ordered_by_their_bytes_in_a_database_of_any_language() {
    let Database { name, config } = Database::new().await;
    let speaking = "TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de' LOCALE 'C.UTF-8'";
    let anew = [format!("DROP DATABASE {name}"), format!("CREATE DATABASE {name} OWNER {LOGIN} {speaking}")];
    for statement in anew {
        as_superuser("postgres", &statement).await;
    }
    let archive = Box::new(PostgresArchive::target(config.clone()).await.unwrap());
    let guard = Some(Box::new(Dropped(name)) as Box<_>);
    let harness = ArchiveHarness { archive, server: Arc::new(Serves(config)), guard };
    pages_go_on_right_after_their_key(harness).await;
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn every_column_moves() {
    let database = Database::migrated().await;
    let raw = database.raw().await;
    let columns: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT c.relname::text, a.attname::text, replace(a.atttypid::regtype::text, 'smallint', 'bigint')
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relnamespace = 'saaskit'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0
           AND NOT a.attisdropped AND a.attgenerated = ''",
    )
    .fetch_all(&raw)
    .await
    .unwrap();
    let archive = PostgresArchive::source(database.config.clone()).await.unwrap();
    assert_all_moves(columns, &archive.tables(), |kind| match kind {
        Kind::Flag => "boolean",
        Kind::Number => "bigint",
        Kind::Text => "text",
        Kind::Bytes => "bytea",
        Kind::Id => "uuid",
        Kind::Time => "timestamp with time zone",
        Kind::Json => "jsonb",
        Kind::Ip => "inet",
    });
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn a_database_that_is_served_is_not_moved() {
    let database = Database::migrated().await;
    let store = database.store(Vec::new()).await;
    store.ping().await.unwrap();
    let refused = PostgresArchive::source(database.config.clone()).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Rejected, "{refused:?}");
    store.close().await;
    PostgresArchive::source(database.config.clone()).await.unwrap();
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn whoever_would_serve_a_database_waits_until_it_was_moved() {
    let database = Database::migrated().await;
    let archive = PostgresArchive::source(database.config.clone()).await.unwrap();
    let config = database.config.clone();
    let mut waiting = tokio::spawn(async move { PostgresStore::migrate(&config).await });
    let early = tokio::time::timeout(std::time::Duration::from_millis(300), &mut waiting).await;
    assert!(early.is_err(), "it did not wait");
    drop(archive);
    assert_eq!(waiting.await.unwrap().unwrap(), [""; 0]);
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn a_source_is_never_written_to() {
    let database = Database::migrated().await;
    let archive = PostgresArchive::source(database.config.clone()).await.unwrap();
    let table = archive.tables()[0];
    archive.write(table, &rows_of(table)).await.unwrap_err();
}
