//! The suites of conformance on a server that speaks `MongoDB`, and what is this store's own. `SAASKIT_TEST_MONGO_URL`
//! names the server; every test gets a database of its own there.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test says by a panic that it does not hold")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use saaskit_conformance::foreign::ForeignHarness;
use saaskit_conformance::{Stores, fixtures};
use saaskit_kernel::Secret;
use saaskit_store_mongo::{Config, MongoStore, WriteHandler};

mod auth_faults;
mod faults;
mod held;
mod migrations;
mod moving;
mod notes;
mod own;
mod presence;
mod round_trips;
mod tap;

use notes::{ReadsNotes, TakesNotes};

/// A new database.
struct Database {
    name: String,
    config: Config,
}

#[expect(clippy::disallowed_methods, reason = "the test runner says here where its server is")]
fn server() -> String {
    std::env::var("SAASKIT_TEST_MONGO_URL").expect("SAASKIT_TEST_MONGO_URL names a server")
}

impl Database {
    fn new() -> Self {
        Self::at(&server())
    }

    fn at(server: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("it_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let url = server.replace("/?", &format!("/{name}?"));
        let long = Duration::from_secs(30);
        let config = Config { min: 0, max: 8, find: long, statement: long, ..Config::new(Secret::new(&url)) };
        Self { name, config }
    }

    async fn migrated() -> Self {
        let database = Self::new();
        MongoStore::migrate(&database.config).await.unwrap();
        database
    }

    async fn store(&self, handlers: Vec<Arc<dyn WriteHandler>>) -> Arc<MongoStore> {
        let store = MongoStore::connect(self.config.clone(), fixtures::subscriptions(), handlers).await;
        Arc::new(store.unwrap())
    }

    /// The database as its driver shows it.
    async fn raw(&self) -> mongodb::Database {
        let client = mongodb::Client::with_uri_str(self.config.url.expose()).await.unwrap();
        client.database(&self.name)
    }
}

/// Removes the database at the end of its test.
impl Drop for Database {
    fn drop(&mut self) {
        let (url, name) = (self.config.url.clone(), self.name.clone());
        let drop = async move {
            let client = mongodb::Client::with_uri_str(url.expose()).await?;
            client.database(&name).drop().await
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let thread = std::thread::spawn(move || runtime.map(|runtime| runtime.block_on(drop)));
        let _ = thread.join();
    }
}

async fn fresh() -> Stores {
    let database = Database::migrated().await;
    Stores::of(database.store(Vec::new()).await).keeping(database)
}

async fn with_notes() -> ForeignHarness {
    let database = Database::migrated().await;
    let raw = database.raw().await;
    let stores = Stores::of(database.store(vec![Arc::new(TakesNotes)]).await).keeping(database);
    ForeignHarness { stores, notes: Arc::new(ReadsNotes(raw)) }
}

saaskit_conformance::every_store_suite!(
    super::fresh(),
    #[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
);
saaskit_conformance::foreign_suite!(
    super::with_notes(),
    #[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
);
