use saaskit_auth::Attempts;
use saaskit_auth::port::AttemptCounters;
use saaskit_auth::write::{AttemptWrite, AuthWrite};
use saaskit_conformance::fixtures::{attempts, source};
use saaskit_kernel::{Commit, ErrorKind, Store, Subscriptions};
use saaskit_store_sql::SqliteStore;
use sqlx::{AssertSqlSafe, SqlitePool};

use super::Database;

const ALL: [&str; 10] = [
    "kernel/0001_jobs_events_audit",
    "kernel/0002_jobs_bound",
    "auth/0001_accounts",
    "auth/0002_barred",
    "auth/0003_tries",
    "tenants/0001_workspaces",
    "tenants/0002_seats",
    "notify/0001_messages",
    "notify/0002_brandings",
    "notify/0003_readers",
];

async fn tables(raw: &SqlitePool) -> Vec<String> {
    let read =
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name";
    sqlx::query_scalar(read).fetch_all(raw).await.unwrap()
}

async fn take_back(raw: &SqlitePool, label: &str) {
    let path = format!("{}/migrations/sqlite/{label}.down.sql", env!("CARGO_MANIFEST_DIR"));
    let down = std::fs::read_to_string(path).unwrap();
    sqlx::raw_sql(AssertSqlSafe(down)).execute(raw).await.unwrap();
}

#[tokio::test]
async fn migrating_again_applies_nothing() {
    let database = Database::new();
    assert_eq!(SqliteStore::migrate(&database.config).await.unwrap(), ALL);
    assert_eq!(SqliteStore::migrate(&database.config).await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn every_migration_goes_up_down_and_up_again() {
    let database = Database::migrated().await;
    let raw = database.raw().await;
    let full = tables(&raw).await;
    for label in ALL.iter().rev() {
        take_back(&raw, label).await;
    }
    assert_eq!(tables(&raw).await, ["saaskit_migrations"]);
    assert_eq!(SqliteStore::migrate(&database.config).await.unwrap(), ALL);
    assert_eq!(tables(&raw).await, full);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_nodes_that_migrate_at_once_apply_each_step_once() {
    let database = Database::new();
    let node = || {
        let config = database.config.clone();
        tokio::spawn(async move { SqliteStore::migrate(&config).await })
    };
    let nodes: Vec<_> = (0..10).map(|_| node()).collect();
    let mut done = Vec::new();
    for node in nodes {
        done.extend(node.await.unwrap().unwrap());
    }
    assert_eq!(done, ALL);
}

#[tokio::test]
async fn a_migration_that_was_changed_after_it_was_applied_is_refused() {
    let database = Database::migrated().await;
    let raw = database.raw().await;
    sqlx::query("UPDATE saaskit_migrations SET checksum = x'00' WHERE domain = 'auth'")
        .execute(&raw)
        .await
        .unwrap();
    let error = SqliteStore::migrate(&database.config).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(format!("{error:?}").contains("auth/0001_accounts was changed"), "{error:?}");
}

#[tokio::test]
async fn a_database_that_lacks_migrations_is_refused() {
    let database = Database::new();
    drop(SqlitePool::connect(&format!("{}?mode=rwc", database.config.url)).await.unwrap());
    let connected = SqliteStore::connect(database.config.clone(), Subscriptions::default(), Vec::new()).await;
    let error = connected.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(
        format!("{error:?}").contains("kernel/0001_jobs_events_audit, kernel/0002_jobs_bound"),
        "{error:?}"
    );
}

#[tokio::test]
async fn tries_that_were_counted_without_their_times_go_on_counting() {
    let database = Database::migrated().await;
    let counted = attempts(&source());
    let save = AuthWrite::from(AttemptWrite::Save(counted.clone()));
    let store = database.store(Vec::new()).await;
    store.commit(Commit::new().write(save)).await.unwrap();
    store.close().await;
    take_back(&database.raw().await, "auth/0003_tries").await;
    assert_eq!(SqliteStore::migrate(&database.config).await.unwrap(), ["auth/0003_tries"]);
    let read = database.store(Vec::new()).await.attempts(&counted.key).await.unwrap();
    assert_eq!(read, Some(Attempts { version: counted.version.next(), ..counted }));
}
