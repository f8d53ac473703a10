//! Needs a server: `SAASKIT_TEST_POSTGRES_URL` names it, with a superuser's login. Every test gets a database of its
//! own, and acts in it under a plain login, because superusers are above row-level security.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use saaskit_conformance::foreign::ForeignHarness;
use saaskit_conformance::{Stores, fixtures};
use saaskit_kernel::Secret;
use saaskit_store_sql::postgres::{Config, WriteHandler};
use saaskit_store_sql::{PoolSettings, PostgresStore};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, PgPool};

mod lost_commit;
mod migrations;
mod moving;
mod own;
mod row_level_security;

crate::notes::notes!(postgres, PgPool, "notes");

const LOGIN: &str = "saaskit_it";

/// A new database, owned by a login that is nothing special.
struct Database {
    name: String,
    config: Config,
}

#[expect(clippy::disallowed_methods, reason = "the test runner says here where its server is")]
fn server() -> PgConnectOptions {
    let url = std::env::var("SAASKIT_TEST_POSTGRES_URL").expect("SAASKIT_TEST_POSTGRES_URL names a server");
    url.parse().expect("an address of a PostgreSQL server")
}

fn superuser_url(database: &str) -> Secret {
    Secret::new(server().database(database).to_url_lossy().as_str())
}

async fn as_superuser(database: &str, script: &str) {
    let mut conn = PgConnection::connect_with(&server().database(database)).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}

impl Database {
    async fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("it_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        as_superuser("postgres", ROLES).await;
        as_superuser("postgres", &format!("CREATE DATABASE {name} OWNER {LOGIN}")).await;
        let url = server().username(LOGIN).database(&name).to_url_lossy();
        let pool =
            PoolSettings { min: 0, max: 4, acquire: Duration::from_secs(30), ..PoolSettings::default() };
        Self { name, config: Config { pool, ..Config::new(Secret::new(url.as_str())) } }
    }

    async fn migrated() -> Self {
        let database = Self::new().await;
        PostgresStore::migrate(&database.config).await.unwrap();
        database
    }

    async fn store(&self, handlers: Vec<Arc<dyn WriteHandler>>) -> Arc<PostgresStore> {
        let store = PostgresStore::connect(self.config.clone(), fixtures::subscriptions(), handlers).await;
        Arc::new(store.unwrap())
    }

    /// A pool of the plain login, in no role and no schema of the store.
    async fn raw(&self) -> PgPool {
        PgPool::connect(self.config.url.expose()).await.unwrap()
    }
}

/// The store's roles are made here, as a DBA would: an ordinary owner of a database may not.
const ROLES: &str = "DO $$
    DECLARE role text;
    BEGIN
        PERFORM pg_advisory_xact_lock(1);
        FOREACH role IN ARRAY ARRAY['saaskit_it', 'saaskit_app', 'saaskit_system'] LOOP
            IF to_regrole(role) IS NULL THEN EXECUTE 'CREATE ROLE ' || role; END IF;
        END LOOP;
        IF NOT pg_has_role('saaskit_it', 'saaskit_system', 'MEMBER') THEN
            ALTER ROLE saaskit_it LOGIN;
            GRANT saaskit_app, saaskit_system TO saaskit_it;
        END IF;
    END $$";

/// Removes the database at the end of its test.
struct Dropped(String);

impl Drop for Dropped {
    fn drop(&mut self) {
        let script = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.0);
        let drop = async move { as_superuser("postgres", &script).await };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let thread = std::thread::spawn(move || runtime.map(|runtime| runtime.block_on(drop)));
        let _ = thread.join();
    }
}

async fn fresh() -> Stores {
    let database = Database::migrated().await;
    Stores::of(database.store(Vec::new()).await).keeping(Dropped(database.name))
}

async fn with_notes() -> ForeignHarness {
    let database = Database::migrated().await;
    let raw = database.raw().await;
    sqlx::query("CREATE TABLE notes (number bigint PRIMARY KEY, text text NOT NULL)")
        .execute(&raw)
        .await
        .unwrap();
    let stores = Stores::of(database.store(vec![Arc::new(TakesNotes)]).await).keeping(Dropped(database.name));
    ForeignHarness { stores, notes: Arc::new(ReadsNotes(raw)) }
}

saaskit_conformance::every_store_suite!(
    super::fresh(),
    #[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
);
saaskit_conformance::foreign_suite!(
    super::with_notes(),
    #[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
);
