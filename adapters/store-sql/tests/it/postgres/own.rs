use std::sync::Arc;

use async_trait::async_trait;
use saaskit_auth::port::RefreshTokens as _;
use saaskit_auth::write::{AuthWrite, RefreshWrite, SessionWrite, UserWrite};
use saaskit_conformance::fixtures::{
    NOW, audit, event, job, membership, refresh_token, rotation, session, signal, source, tenant, user,
};
use saaskit_conformance::foreign::Note;
use saaskit_kernel::{
    Commit, CommitError, ErrorKind, Secret, Signals, Store, Subscriptions, WorkQueue, Write,
};
use saaskit_store_sql::postgres::{Config, Conn, WriteHandler};
use saaskit_store_sql::{Failure, PostgresStore, statements};
use saaskit_tenants::port::Workspaces;
use saaskit_tenants::write::{MembershipWrite, TenantWrite, TenantsWrite};
use sqlx::AssertSqlSafe;

use super::{Database, LOGIN, as_superuser};

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn a_commit_costs_one_statement_a_write_and_one_each_for_jobs_events_audit_and_signals() {
    let database = Database::migrated().await;
    let store = database.store(Vec::new()).await;
    let source = source();
    let (ana, acme) = (user(&source, "ana"), tenant(&source, "acme"));
    let commit = Commit::new()
        .write(AuthWrite::from(UserWrite::Insert(ana.clone())))
        .write(TenantsWrite::from(TenantWrite::Insert(acme.clone())))
        .write(TenantsWrite::from(MembershipWrite::Insert(membership(&source, acme.id, ana.id))));
    let commit = (0..3).fold(commit, |commit, _| {
        let told = commit.emit(event(&source, Some(acme.id))).enqueue(job(&source, Some(acme.id)));
        told.record(audit(&source, Some(acme.id))).signal(signal("ana"))
    });
    let before = statements();
    store.commit(commit).await.unwrap();
    assert_eq!(statements() - before, 7);
    let before = statements();
    store.entry(acme.id, ana.id).await.unwrap().unwrap();
    assert_eq!(statements() - before, 1);
    let before = statements();
    assert_eq!(store.claim(NOW, NOW, 16).await.unwrap().len(), 6);
    assert_eq!(statements() - before, 2);
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn renewing_a_session_costs_two_trips() {
    let database = Database::migrated().await;
    let store = database.store(Vec::new()).await;
    let source = source();
    let ana = user(&source, "ana");
    let session = session(&source, &ana);
    let first = refresh_token(&source, &session);
    let log_in = Commit::new()
        .write(AuthWrite::from(UserWrite::Insert(ana)))
        .write(AuthWrite::from(SessionWrite::Start(session.clone())))
        .write(AuthWrite::from(RefreshWrite::Begin(first.clone())));
    store.commit(log_in).await.unwrap();
    let before = statements();
    let shown = store.presented(&first.hash).await.unwrap().unwrap().token;
    let (rotation, next) = (rotation(&source, NOW), shown.next(source.token().hash(), &session, NOW));
    let rotate = RefreshWrite::Rotate { shown: shown.hash, rotation, next };
    store.commit(Commit::new().write(AuthWrite::from(rotate))).await.unwrap();
    assert_eq!(statements() - before, 2);
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn a_commit_inside_anothers_transaction_shares_its_fate_and_leaves_its_role() {
    let database = Database::migrated().await;
    let store = database.store(Vec::new()).await;
    let raw = database.raw().await;
    let source = source();
    let insert = |name| Commit::new().write(TenantsWrite::from(TenantWrite::Insert(tenant(&source, name))));
    let acme = tenant(&source, "acme");

    let mut tx = raw.begin().await.unwrap();
    store.apply(&mut tx, insert("lost")).await.unwrap();
    tx.rollback().await.unwrap();

    let mut tx = raw.begin().await.unwrap();
    let kept = Commit::new().write(TenantsWrite::from(TenantWrite::Insert(acme.clone())));
    store.apply(&mut tx, kept).await.unwrap();
    let taken = store.apply(&mut tx, insert("other").and(insert("acme")).across_tenants()).await;
    assert!(matches!(taken, Err(CommitError::Duplicate(_))), "{taken:?}");
    let acting: (String, String, String) = sqlx::query_as(
        "SELECT current_user::text, current_setting('search_path'), current_setting('app.tenant')",
    )
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    assert_eq!(acting, (LOGIN.to_owned(), "\"$user\", public".to_owned(), String::new()));
    tx.commit().await.unwrap();

    let seen: Vec<String> =
        sqlx::query_scalar("SELECT slug FROM saaskit.tenants_tenants").fetch_all(&raw).await.unwrap();
    assert_eq!(seen, ["acme"], "the failed commit left nothing in the transaction");
    assert_eq!(store.tenant(acme.id).await.unwrap().unwrap().slug, acme.slug);
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn a_signal_of_a_slow_transaction_is_heard_late_and_holds_up_no_other() {
    let database = Database::migrated().await;
    let store = database.store(Vec::new()).await;
    let raw = database.raw().await;
    let told = |subject| Commit::new().signal(signal(subject));
    let (_, cursor) = store.live(NOW).await.unwrap();

    let mut slow = raw.begin().await.unwrap();
    store.apply(&mut slow, told("slow")).await.unwrap();
    store.commit(told("quick")).await.unwrap();
    let (heard, cursor) = store.since(cursor).await.unwrap();
    assert_eq!(heard, [signal("quick")]);
    slow.commit().await.unwrap();
    let (heard, _) = store.since(cursor).await.unwrap();
    assert!(heard.contains(&signal("slow")), "it began before what was heard already: {heard:?}");
}

/// Swallows the error of its own statement: PostgreSQL would then roll back and call it a commit.
#[derive(Debug)]
struct Swallows;

#[async_trait]
impl WriteHandler for Swallows {
    fn handles(&self, write: &Write) -> bool {
        write.of::<Note>().is_some()
    }

    async fn apply(&self, conn: &mut Conn, _write: &Write) -> Result<(), Failure> {
        let _ = sqlx::query("SELECT * FROM not_there").execute(conn).await;
        Ok(())
    }
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn an_error_that_a_handler_swallows_is_not_called_a_commit() {
    let database = Database::migrated().await;
    let store = database.store(vec![Arc::new(Swallows)]).await;
    let note = Note { number: 1, text: "one".to_owned() };
    let answer = store.commit(Commit::new().write(note)).await;
    assert!(
        matches!(&answer, Err(CommitError::Port(error)) if error.kind() == ErrorKind::Unexpected),
        "{answer:?}"
    );
}

/// Writes down as whom it ran.
#[derive(Debug)]
struct TellsRole;

#[async_trait]
impl WriteHandler for TellsRole {
    fn handles(&self, write: &Write) -> bool {
        write.of::<Note>().is_some()
    }

    async fn apply(&self, conn: &mut Conn, _write: &Write) -> Result<(), Failure> {
        sqlx::query("INSERT INTO public.who SELECT current_user").execute(conn).await?;
        Ok(())
    }
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn a_foreign_handler_runs_under_the_logins_own_role() {
    let database = Database::migrated().await;
    let store = database.store(vec![Arc::new(TellsRole)]).await;
    let raw = database.raw().await;
    sqlx::query("CREATE TABLE who (role text)").execute(&raw).await.unwrap();
    let note = Note { number: 1, text: "one".to_owned() };
    store.commit(Commit::new().write(note)).await.unwrap();
    let role: String = sqlx::query_scalar("SELECT role FROM who").fetch_one(&raw).await.unwrap();
    assert_eq!(role, LOGIN);
}

/// Ends its own connection after its writes, so that the `COMMIT` finds none.
#[derive(Debug)]
struct CutsTheLine;

#[async_trait]
impl WriteHandler for CutsTheLine {
    fn handles(&self, write: &Write) -> bool {
        write.of::<Note>().is_some()
    }

    async fn apply(&self, conn: &mut Conn, _write: &Write) -> Result<(), Failure> {
        let once = "INSERT INTO public.cut SELECT 1 WHERE pg_backend_pid() IS NOT NULL";
        sqlx::query(once).execute(&mut *conn).await?;
        let dies = "SELECT pg_terminate_backend(pg_backend_pid()) WHERE nextval('public.tries') = 1";
        sqlx::query(dies).execute(conn).await?;
        Ok(())
    }
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn a_connection_lost_before_the_commit_is_tried_again() {
    let database = Database::migrated().await;
    let store = database.store(vec![Arc::new(CutsTheLine)]).await;
    let raw = database.raw().await;
    sqlx::raw_sql("CREATE TABLE cut (n integer); CREATE SEQUENCE tries").execute(&raw).await.unwrap();
    let note = Note { number: 1, text: "one".to_owned() };
    store.commit(Commit::new().write(note)).await.unwrap();
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM cut").fetch_one(&raw).await.unwrap();
    let tries: i64 = sqlx::query_scalar("SELECT last_value FROM tries").fetch_one(&raw).await.unwrap();
    assert_eq!((rows, tries), (1, 2));
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn a_word_this_version_does_not_know_is_unexpected() {
    let database = Database::migrated().await;
    let store = database.store(Vec::new()).await;
    let acme = tenant(&source(), "acme");
    store.commit(Commit::new().write(TenantsWrite::from(TenantWrite::Insert(acme.clone())))).await.unwrap();
    let odd = "ALTER TABLE saaskit.tenants_tenants DROP CONSTRAINT tenants_tenants_status_check;
               UPDATE saaskit.tenants_tenants SET status = 'frozen'";
    as_superuser(&database.name, odd).await;
    assert_eq!(store.tenant(acme.id).await.unwrap_err().kind(), ErrorKind::Unexpected);
}

#[tokio::test]
async fn a_configuration_that_makes_no_sense_is_refused_with_all_its_faults() {
    let mut config = Config::new(Secret::new("postgres://localhost/a"));
    config.validate().unwrap();
    config.schema = "sales; DROP TABLE users".to_owned();
    config.system_role = config.app_role.clone();
    config.pool.max = 0;
    let error = config.validate().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    let told = format!("{error:?}");
    for fault in ["at least one connection", "the schema is named by", "are the same"] {
        assert!(told.contains(fault), "{told}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let mut config = Config::new(Secret::new("postgres://nobody@127.0.0.1:1/nothing"));
    config.pool.acquire = std::time::Duration::from_millis(50);
    let error = PostgresStore::connect(config, Subscriptions::default(), Vec::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
}

#[tokio::test]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn a_statement_that_takes_too_long_is_timed_out() {
    let mut database = Database::migrated().await;
    database.config.pool.statement = std::time::Duration::from_millis(50);
    let store = database.store(Vec::new()).await;
    let raw = database.raw().await;
    let mut tx = raw.begin().await.unwrap();
    let lock = AssertSqlSafe("LOCK TABLE saaskit.work_jobs".to_owned());
    sqlx::raw_sql(lock).execute(&mut *tx).await.unwrap();
    let error = store.state(NOW).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
}
