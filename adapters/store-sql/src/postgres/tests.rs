//! What can only be seen from inside: the state of a pooled connection.

use std::time::Duration;

use saaskit_kernel::{Reach, Scope, Secret, TenantId};
use sqlx::types::Uuid;
use sqlx::{AssertSqlSafe, Row as _};

use super::PostgresStore;
use super::engine::{self, Config, Pools, Tx, sql};
use crate::PoolSettings;

#[expect(clippy::disallowed_methods, reason = "the test runner says here where its server is")]
fn server() -> Config {
    let url = std::env::var("SAASKIT_TEST_POSTGRES_URL").expect("SAASKIT_TEST_POSTGRES_URL names a server");
    let pool = PoolSettings { min: 1, max: 1, acquire: Duration::from_secs(30), ..PoolSettings::default() };
    Config { pool, ..Config::new(Secret::new(url)) }
}

/// The settings as whoever gets the connection next finds them.
async fn left_behind(pools: &Pools) -> [Option<String>; 2] {
    let read = "SELECT current_setting('app.tenant', true) AS a, current_setting('app.commit', true) AS b";
    let row = sql(read).fetch_one(&pools.app).await.unwrap();
    [row.get("a"), row.get("b")].map(|setting: Option<String>| setting.filter(|text| !text.is_empty()))
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn no_call_leaves_its_tenant_on_the_connection() {
    let mut config = server();
    config.schema = format!("inside_{}", std::process::id());
    PostgresStore::migrate(&config).await.unwrap();
    let pools = Pools::connect(&config).await.unwrap();
    let tenant = Uuid::from_u128(7);
    let scope = Scope::Tenant(TenantId::from_uuid(tenant));

    let read = sql(as_tenant!("SELECT current_setting('app.tenant') AS tenant WHERE $1 IS NOT NULL"));
    let row = read.bind(tenant).fetch_one(pools.tenant()).await.unwrap();
    assert_eq!(row.get::<String, _>("tenant"), tenant.to_string());
    assert_eq!(left_behind(&pools).await, [None, None], "after a read");

    let limit = Duration::from_secs(5);
    Tx::begin(&pools, scope).await.unwrap().commit(&pools, limit, &Reach::default()).await.unwrap();
    assert_eq!(left_behind(&pools).await, [None, None], "after a commit");
    Tx::begin(&pools, scope).await.unwrap().rollback().await;
    assert_eq!(left_behind(&pools).await, [None, None], "after a rollback");
    drop(Tx::begin(&pools, scope).await.unwrap());
    assert_eq!(left_behind(&pools).await, [None, None], "after a dropped transaction");

    let mut conn = engine::connect(&config).await.unwrap();
    let schema = format!("DROP SCHEMA {} CASCADE", config.schema);
    sqlx::raw_sql(AssertSqlSafe(schema)).execute(&mut conn).await.unwrap();
}
