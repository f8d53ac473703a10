use std::sync::Arc;

use async_trait::async_trait;
use saaskit_conformance::archive::{ArchiveHarness, Server};
use saaskit_conformance::fixtures;
use saaskit_store_mongo::{Config, MongoArchive, MongoStore};

use super::Database;

#[derive(Debug)]
struct Serves(Config);

#[async_trait]
impl Server for Serves {
    async fn can_serve(&self) -> bool {
        MongoStore::connect(self.0.clone(), fixtures::subscriptions(), Vec::new()).await.is_ok()
    }
}

async fn fresh() -> ArchiveHarness {
    let database = Database::new();
    let archive = Box::new(MongoArchive::target(database.config.clone()).await.unwrap());
    let server = Arc::new(Serves(database.config.clone()));
    ArchiveHarness { archive, server, guard: Some(Box::new(database)) }
}

saaskit_conformance::archive_suite!(
    super::fresh(),
    #[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
);
