use std::path::{Path, PathBuf};

use bson::{Document, doc};
use saaskit_kernel::{ErrorKind, Subscriptions};
use saaskit_store_mongo::MongoStore;

use super::Database;

const ALL: [&str; 7] = [
    "kernel/0001_jobs_events_audit",
    "auth/0001_accounts",
    "auth/0002_tries",
    "tenants/0001_workspaces",
    "notify/0001_messages",
    "notify/0002_brandings",
    "notify/0003_readers",
];

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn a_database_is_migrated_once_whoever_asks() {
    let database = Database::new();
    let nodes: Vec<_> = (0..10)
        .map(|_| {
            let config = database.config.clone();
            tokio::spawn(async move { MongoStore::migrate(&config).await.unwrap() })
        })
        .collect();
    let mut done = Vec::new();
    for node in nodes {
        done.extend(node.await.unwrap());
    }
    assert_eq!(done, ALL);
    assert_eq!(MongoStore::migrate(&database.config).await.unwrap(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn a_database_that_lacks_migrations_is_refused_by_their_names() {
    let database = Database::new();
    let connect = MongoStore::connect(database.config.clone(), Subscriptions::default(), Vec::new()).await;
    let error = connect.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    let why = std::error::Error::source(&error).unwrap().to_string();
    assert!(ALL.iter().all(|name| why.contains(name)), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn a_migration_that_was_changed_later_is_refused() {
    let database = Database::migrated().await;
    let records = database.raw().await.collection::<Document>("saaskit_migrations");
    let other = doc! { "$set": { "checksum": bson::Binary { subtype: 0_u8.into(), bytes: vec![1] } } };
    records.update_one(doc! { "_id.domain": "tenants" }, other).await.unwrap();
    let error = MongoStore::migrate(&database.config).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    let why = std::error::Error::source(&error).unwrap().to_string();
    assert!(why.contains("tenants/0001_workspaces"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn a_migration_that_was_broken_off_is_done_again() {
    let database = Database::migrated().await;
    let raw = database.raw().await;
    let records = raw.collection::<Document>("saaskit_migrations");
    records.delete_one(doc! { "_id.domain": "notify", "_id.version": 1 }).await.unwrap();
    let holder =
        doc! { "_id": "migrations", "holder": "one that died", "until": bson::DateTime::from_millis(1) };
    raw.collection::<Document>("saaskit_locks").insert_one(holder).await.unwrap();
    assert_eq!(MongoStore::migrate(&database.config).await.unwrap(), [ALL[4]]);
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn every_script_goes_down_and_up_again() {
    let database = Database::migrated().await;
    let raw = database.raw().await;
    for name in ALL.iter().rev() {
        for command in commands(&scripts().join(format!("{name}.down.json"))) {
            raw.run_command(command).await.unwrap();
        }
    }
    let left = raw.list_collection_names().await.unwrap();
    assert!(left.iter().all(|name| name.starts_with("saaskit_")), "{left:?}");
    raw.collection::<Document>("saaskit_migrations").drop().await.unwrap();
    assert_eq!(MongoStore::migrate(&database.config).await.unwrap(), ALL);
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/mongo")
}

fn commands(file: &Path) -> Vec<Document> {
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}
