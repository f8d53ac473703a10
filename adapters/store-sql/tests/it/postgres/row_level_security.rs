use saaskit_auth::Assignment;
use saaskit_auth::write::{AuthWrite, RoleWrite};
use saaskit_conformance::fixtures::{
    audit, branding, event, job, membership, message, opt_out, role, source, suppression, tenant, user,
};
use saaskit_kernel::{
    Claim, ClaimKey, ClaimWrite, Commit, ErrorKind, Source, Store, Subscriptions, Timestamp,
};
use saaskit_notify::write::{BrandingWrite, MessageWrite, NotifyWrite, PreferenceWrite, SuppressionWrite};
use saaskit_store_sql::PostgresStore;
use saaskit_tenants::Tenant;
use saaskit_tenants::port::Workspaces;
use saaskit_tenants::write::{MembershipWrite, TenantWrite, TenantsWrite};
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Row};

use super::{Database, as_superuser};

/// What is protected and shown to no tenant: only commits touch it, and who acts beyond any tenant.
const OF_NO_TENANT: [&str; 2] = ["kernel_claims", "work_jobs"];

async fn given(store: &PostgresStore, source: &Source, slug: &str) -> Tenant {
    let (ana, acme) = (user(source, slug), tenant(source, slug));
    let editor = role(source, Some(acme.id), "Editor");
    let given = Assignment { user: ana.id, tenant: Some(acme.id), roles: vec![editor.id] };
    let key = ClaimKey(source.bytes());
    let claim = Claim { key, fingerprint: [0; 32], maker: [0; 16], at: source.now(), until: Timestamp::MAX };
    let commit = Commit::new()
        .write(TenantsWrite::from(TenantWrite::Insert(acme.clone())))
        .write(TenantsWrite::from(MembershipWrite::Insert(membership(source, acme.id, ana.id))))
        .write(NotifyWrite::from(MessageWrite::Insert(message(source, Some(acme.id)))))
        .write(NotifyWrite::from(SuppressionWrite::Add(suppression(source, Some(acme.id)))))
        .write(NotifyWrite::from(PreferenceWrite::OptOut(opt_out(Some(acme.id)))))
        .write(NotifyWrite::from(BrandingWrite::Set(acme.id, branding())))
        .write(NotifyWrite::from(MessageWrite::Insert(message(source, None))))
        .write(AuthWrite::from(RoleWrite::Insert(editor.clone())))
        .write(ClaimWrite::Make(claim))
        .emit(event(source, Some(acme.id)))
        .enqueue(job(source, Some(acme.id)))
        .record(audit(source, Some(acme.id)))
        .record(audit(source, None));
    store.commit(commit).await.unwrap();
    let assigned = Commit::new().write(AuthWrite::from(RoleWrite::Assign(given)));
    store.commit(assigned).await.unwrap();
    acme
}

async fn count(conn: &mut PgConnection, table: &str) -> i64 {
    let count = AssertSqlSafe(format!("SELECT count(*) AS n FROM saaskit.{table}"));
    sqlx::query(count).fetch_one(conn).await.unwrap().get("n")
}

async fn protected(raw: &PgPool) -> Vec<String> {
    let read = "SELECT relname::text FROM pg_class
                WHERE relnamespace = 'saaskit'::regnamespace AND relkind = 'r' AND relforcerowsecurity ORDER BY 1";
    sqlx::query_scalar(read).fetch_all(raw).await.unwrap()
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn every_table_with_a_tenant_is_bound_even_for_its_owner() {
    let database = Database::migrated().await;
    let raw = database.raw().await;
    let read = "SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                WHERE c.relnamespace = 'saaskit'::regnamespace AND c.relkind = 'r' AND a.attname = 'tenant_id'
                ORDER BY 1";
    let with_tenant: Vec<String> = sqlx::query_scalar(read).fetch_all(&raw).await.unwrap();
    let protected = protected(&raw).await;
    for table in &with_tenant {
        assert!(protected.contains(table), "{table}");
    }
    assert!(with_tenant.contains(&"work_jobs".to_owned()));
    assert!(protected.contains(&"tenants_tenants".to_owned()));
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn a_read_that_forgets_its_condition_sees_nobody_else() {
    let database = Database::migrated().await;
    let store = database.store(Vec::new()).await;
    let source = source();
    let acme = given(&store, &source, "acme").await;
    given(&store, &source, "other").await;
    let raw = database.raw().await;
    for table in protected(&raw).await {
        let mut tx = raw.begin().await.unwrap();
        sqlx::raw_sql("SET LOCAL ROLE saaskit_app").execute(&mut *tx).await.unwrap();
        assert_eq!(count(&mut tx, &table).await, 0, "{table} without a tenant");
        let own = AssertSqlSafe(format!("SET LOCAL app.tenant TO '{}'", acme.id.uuid()));
        sqlx::raw_sql(own).execute(&mut *tx).await.unwrap();
        let own = i64::from(!OF_NO_TENANT.contains(&table.as_str()));
        assert_eq!(count(&mut tx, &table).await, own, "{table} of one tenant");
        sqlx::raw_sql("SET LOCAL ROLE saaskit_system").execute(&mut *tx).await.unwrap();
        assert!(count(&mut tx, &table).await >= 2, "{table} of all tenants");
    }
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn two_tenants_on_one_connection_see_themselves() {
    let mut database = Database::migrated().await;
    database.config.pool.max = 1;
    let store = database.store(Vec::new()).await;
    let source = source();
    let (acme, other) = (given(&store, &source, "acme").await, given(&store, &source, "other").await);
    for _ in 0..20 {
        for (tenant, stranger) in [(&acme, &other), (&other, &acme)] {
            let read = store.tenant(tenant.id).await.unwrap().unwrap();
            assert_eq!(read.slug, tenant.slug);
            assert_ne!(read.id, stranger.id);
        }
    }
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn the_audit_log_is_only_appended_whatever_the_role() {
    let database = Database::migrated().await;
    let raw = database.raw().await;
    for role in ["saaskit_app", "saaskit_system"] {
        for change in ["UPDATE saaskit.audit_entries SET reason = 'x'", "DELETE FROM saaskit.audit_entries"] {
            let mut tx = raw.begin().await.unwrap();
            let act = AssertSqlSafe(format!("SET LOCAL ROLE {role}; {change}"));
            let error = sqlx::raw_sql(act).execute(&mut *tx).await.unwrap_err();
            assert_eq!(error.as_database_error().unwrap().code().unwrap(), "42501", "{role}: {change}");
        }
    }
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn what_is_in_a_job_is_read_by_no_workspace_not_even_in_a_commit() {
    let database = Database::migrated().await;
    let raw = database.raw().await;
    for act in ["SELECT payload FROM saaskit.work_jobs", "UPDATE saaskit.work_jobs SET why = 'x'"] {
        let mut tx = raw.begin().await.unwrap();
        let act = AssertSqlSafe(format!("SET LOCAL ROLE saaskit_app; SET LOCAL app.commit TO 'on'; {act}"));
        let error = sqlx::raw_sql(act).execute(&mut *tx).await.unwrap_err();
        assert_eq!(error.as_database_error().unwrap().code().unwrap(), "42501");
    }
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn a_role_that_no_policy_binds_is_refused() {
    let database = Database::migrated().await;
    let unbound =
        format!("CREATE ROLE {0}_unbound NOLOGIN BYPASSRLS; GRANT {0}_unbound TO saaskit_it", database.name);
    as_superuser("postgres", &unbound).await;
    let mut config = database.config.clone();
    config.app_role = format!("{}_unbound", database.name);
    let error = PostgresStore::connect(config, Subscriptions::default(), Vec::new()).await.unwrap_err();
    as_superuser("postgres", &format!("DROP ROLE {}_unbound", database.name)).await;
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(format!("{error:?}").contains("row-level security does not bind the role"), "{error:?}");
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn a_login_that_cannot_take_the_roles_is_refused_with_what_to_do() {
    let database = Database::migrated().await;
    let mut config = database.config.clone();
    config.app_role = "not_there".to_owned();
    let error = PostgresStore::connect(config, Subscriptions::default(), Vec::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(format!("{error:?}").contains("CREATE ROLE not_there NOLOGIN"), "{error:?}");
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn a_superusers_login_still_acts_in_the_bound_roles() {
    let database = Database::migrated().await;
    let mut config = database.config.clone();
    config.url = super::superuser_url(&database.name);
    let store = PostgresStore::connect(config, Subscriptions::default(), Vec::new()).await.unwrap();
    let source = source();
    let acme = given(&store, &source, "acme").await;
    assert_eq!(store.tenant(acme.id).await.unwrap().unwrap().id, acme.id);
}
