use saaskit_conformance::fixtures::{source, tenant};
use saaskit_kernel::{Commit, ErrorKind, Store, Subscriptions};
use saaskit_store_sql::PostgresStore;
use saaskit_tenants::port::Workspaces;
use saaskit_tenants::write::{TenantWrite, TenantsWrite};
use sqlx::{AssertSqlSafe, PgPool};

use super::{Database, superuser_url};

const ALL: [&str; 4] = [
    "kernel/0001_jobs_events_audit",
    "auth/0001_accounts",
    "tenants/0001_workspaces",
    "notify/0001_messages",
];

async fn objects(raw: &PgPool) -> Vec<String> {
    let read = "SELECT relname::text FROM pg_class WHERE relnamespace = 'saaskit'::regnamespace
                UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = 'saaskit'::regnamespace
                UNION ALL SELECT polname || ' on ' || polrelid::regclass FROM pg_policy ORDER BY 1";
    sqlx::query_scalar(read).fetch_all(raw).await.unwrap()
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
        let path = format!("{}/migrations/postgres/{label}.down.sql", env!("CARGO_MANIFEST_DIR"));
        let down = format!(
            "BEGIN; SET LOCAL search_path TO saaskit; {} COMMIT;",
            std::fs::read_to_string(path).unwrap()
        );
        sqlx::raw_sql(AssertSqlSafe(down)).execute(&raw).await.unwrap();
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
    assert!(format!("{error:?}").contains("kernel/0001_jobs_events_audit, auth/0001_accounts"), "{error:?}");
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
