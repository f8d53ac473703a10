use saaskit_auth::Attempts;
use saaskit_auth::port::AttemptCounters;
use saaskit_auth::write::{AttemptWrite, AuthWrite};
use saaskit_conformance::fixtures::{attempts, source, tenant};
use saaskit_kernel::{Commit, ErrorKind, Store, Subscriptions};
use saaskit_store_sql::PostgresStore;
use saaskit_tenants::port::Workspaces;
use saaskit_tenants::write::{TenantWrite, TenantsWrite};
use sqlx::{AssertSqlSafe, PgPool};

use super::{Database, superuser_url};

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

async fn objects(raw: &PgPool) -> Vec<String> {
    let read = "SELECT relname::text FROM pg_class WHERE relnamespace = 'saaskit'::regnamespace
                UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = 'saaskit'::regnamespace
                UNION ALL SELECT polname || ' on ' || polrelid::regclass FROM pg_policy ORDER BY 1";
    sqlx::query_scalar(read).fetch_all(raw).await.unwrap()
}

async fn take_back(raw: &PgPool, label: &str) {
    let path = format!("{}/migrations/postgres/{label}.down.sql", env!("CARGO_MANIFEST_DIR"));
    let down = std::fs::read_to_string(path).unwrap();
    let down = format!("BEGIN; SET LOCAL search_path TO saaskit; {down} COMMIT;");
    sqlx::raw_sql(AssertSqlSafe(down)).execute(raw).await.unwrap();
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn tries_that_were_counted_without_their_times_go_on_counting() {
    let database = Database::migrated().await;
    let counted = attempts(&source());
    let save = AuthWrite::from(AttemptWrite::Save(counted.clone()));
    let store = database.store(Vec::new()).await;
    store.commit(Commit::new().write(save)).await.unwrap();
    store.close().await;
    take_back(&database.raw().await, "auth/0003_tries").await;
    assert_eq!(PostgresStore::migrate(&database.config).await.unwrap(), ["auth/0003_tries"]);
    let read = database.store(Vec::new()).await.attempts(&counted.key).await.unwrap();
    assert_eq!(read, Some(Attempts { version: counted.version.next(), ..counted }));
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn migrating_again_applies_nothing() {
    let database = Database::new().await;
    assert_eq!(PostgresStore::migrate(&database.config).await.unwrap(), ALL);
    assert_eq!(PostgresStore::migrate(&database.config).await.unwrap(), [""; 0]);
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn every_migration_goes_up_down_and_up_again() {
    let database = Database::migrated().await;
    let raw = database.raw().await;
    let full = objects(&raw).await;
    for label in ALL.iter().rev() {
        take_back(&raw, label).await;
    }
    assert_eq!(objects(&raw).await, ["saaskit_migrations", "saaskit_migrations_pkey"]);
    assert_eq!(PostgresStore::migrate(&database.config).await.unwrap(), ALL);
    assert_eq!(objects(&raw).await, full);
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn ten_nodes_that_migrate_at_once_apply_each_step_once() {
    let database = Database::new().await;
    let node = || {
        let config = database.config.clone();
        tokio::spawn(async move { PostgresStore::migrate(&config).await })
    };
    let nodes: Vec<_> = (0..10).map(|_| node()).collect();
    let mut done = Vec::new();
    for node in nodes {
        done.extend(node.await.unwrap().unwrap());
    }
    assert_eq!(done, ALL);
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn a_migration_that_was_changed_after_it_was_applied_is_refused() {
    let database = Database::migrated().await;
    let raw = database.raw().await;
    let change = "UPDATE saaskit.saaskit_migrations SET checksum = '' WHERE domain = 'auth'";
    sqlx::query(change).execute(&raw).await.unwrap();
    let error = PostgresStore::migrate(&database.config).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(format!("{error:?}").contains("auth/0001_accounts was changed"), "{error:?}");
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn a_database_that_lacks_migrations_is_refused() {
    let database = Database::new().await;
    let connected =
        PostgresStore::connect(database.config.clone(), Subscriptions::default(), Vec::new()).await;
    let error = connected.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(
        format!("{error:?}").contains("kernel/0001_jobs_events_audit, kernel/0002_jobs_bound"),
        "{error:?}"
    );
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn roles_that_cannot_be_made_are_spelt_out_for_a_dba() {
    let mut config = Database::new().await.config;
    config.app_role = "elsewhere_app".to_owned();
    config.system_role = "elsewhere_system".to_owned();
    let error = PostgresStore::migrate(&config).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    let told = format!("{error:?}");
    assert!(
        told.contains("CREATE ROLE elsewhere_app NOLOGIN; CREATE ROLE elsewhere_system NOLOGIN;"),
        "{told}"
    );
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn roles_and_schema_of_other_names_are_made_and_used() {
    let database = Database::new().await;
    let mut config = database.config.clone();
    config.url = superuser_url(&database.name);
    config.app_role = format!("{}_app", database.name);
    config.system_role = format!("{}_system", database.name);
    config.schema = "elsewhere".to_owned();
    assert_eq!(PostgresStore::migrate(&config).await.unwrap(), ALL);
    let store = PostgresStore::connect(config, Subscriptions::default(), Vec::new()).await.unwrap();
    let acme = tenant(&source(), "acme");
    store.commit(Commit::new().write(TenantsWrite::from(TenantWrite::Insert(acme.clone())))).await.unwrap();
    assert!(store.tenant(acme.id).await.unwrap().is_some());
}
