use std::time::Duration;

use saaskit_conformance::fixtures::subscriptions;
use saaskit_kernel::archive::{Archive as _, Mark};
use saaskit_kernel::{ErrorKind, PortError};
use saaskit_store_mongo::{Config, MongoArchive, MongoStore};
use tokio::time::timeout;

use super::Database;

async fn serve(config: &Config) -> Result<MongoStore, PortError> {
    MongoStore::connect(config.clone(), subscriptions(), Vec::new()).await
}

fn why(refused: &PortError) -> String {
    assert_eq!(refused.kind(), ErrorKind::Rejected);
    std::error::Error::source(refused).unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn a_database_is_not_moved_while_a_server_uses_it_and_is_when_that_is_gone() {
    let database = Database::migrated().await;
    let config = &database.config;
    let server = serve(config).await.unwrap();
    for refused in [MongoArchive::source(config.clone()).await, MongoArchive::target(config.clone()).await] {
        assert_eq!(why(&refused.unwrap_err()), "a server uses the database: stop every server first");
    }
    drop(server);
    let moved = timeout(Duration::from_mins(1), MongoArchive::source(config.clone())).await;
    moved.expect("nobody waits longer for who says nothing").unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn nobody_serves_a_database_while_it_is_moved() {
    let database = Database::migrated().await;
    let config = &database.config;
    let target = MongoArchive::target(config.clone()).await.unwrap();
    assert_eq!(why(&serve(config).await.unwrap_err()), "everything in the database is being moved");
    // Not even when the first turn would be over.
    tokio::time::sleep(Duration::from_secs(16)).await;
    assert_eq!(why(&serve(config).await.unwrap_err()), "everything in the database is being moved");
    target.begin(Mark([1; 32])).await.unwrap();
    target.end().await.unwrap();
    serve(config).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn a_server_waits_for_a_move_that_died_no_longer_than_its_turn() {
    let database = Database::migrated().await;
    let config = &database.config;
    drop(MongoArchive::source(config.clone()).await.unwrap());
    let migrated = timeout(Duration::from_mins(1), MongoStore::migrate(config)).await;
    assert!(migrated.expect("the turn of the dead ends").unwrap().is_empty());
    serve(config).await.unwrap();
}
