use std::os::unix::fs::PermissionsExt;

use saaskit_auth::port::RefreshTokens;
use saaskit_auth::write::{AuthWrite, RefreshWrite, SessionWrite, TokenWrite, UserWrite};
use saaskit_conformance::fixtures::{
    NOW, audit, event, job, membership, refresh_token, rotation, session, signal, source, tenant, token, user,
};
use saaskit_kernel::{Commit, CommitError, ErrorKind, Store, WorkQueue};
use saaskit_store_sql::sqlite::Config;
use saaskit_store_sql::statements;
use saaskit_tenants::port::Workspaces;
use saaskit_tenants::write::{MembershipWrite, TenantWrite, TenantsWrite};
use sqlx::Connection;

use super::Database;

#[tokio::test]
async fn the_file_is_its_owners_only() {
    let database = Database::migrated().await;
    let _store = database.store(Vec::new()).await;
    for file in std::fs::read_dir(database.dir.path()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", file.path());
    }
}

#[tokio::test]
async fn an_address_that_is_no_file_is_refused() {
    for url in ["sqlite::memory:", "sqlite://a.db?mode=memory", "postgres://localhost/a", "a.db"] {
        let error = Config::new(url).validate().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{url}");
    }
    Config::new("sqlite:data/a.db").validate().unwrap();
}

#[tokio::test]
async fn audit_entries_are_neither_changed_nor_removed() {
    let database = Database::migrated().await;
    let store = database.store(Vec::new()).await;
    store.commit(Commit::new().record(audit(&source(), None))).await.unwrap();
    let raw = database.raw().await;
    for text in ["UPDATE audit_entries SET reason = 'x'", "DELETE FROM audit_entries"] {
        assert!(sqlx::query(text).execute(&raw).await.is_err(), "{text}");
    }
}

#[tokio::test]
async fn a_reader_does_not_wait_for_a_writer() {
    let database = Database::migrated().await;
    let store = database.store(Vec::new()).await;
    let raw = database.raw().await;
    let mut writing = raw.acquire().await.unwrap();
    let open = writing.begin_with("BEGIN IMMEDIATE").await.unwrap();
    store.ping().await.unwrap();
    assert_eq!(store.tenant(source().id()).await.unwrap(), None);
    open.rollback().await.unwrap();
}

#[tokio::test]
async fn a_commit_costs_one_statement_a_write_and_one_each_for_jobs_events_audit_and_signals() {
    let database = Database::migrated().await;
    let store = database.store(Vec::new()).await;
    let source = source();
    let (ana, acme) = (user(&source, "ana"), tenant(&source, "acme"));
    let commit = Commit::new()
        .write(AuthWrite::from(UserWrite::Insert(ana.clone())))
        .write(AuthWrite::from(SessionWrite::Start(session(&source, &ana))))
        .write(AuthWrite::from(TokenWrite::Mint(token(&source, &ana))))
        .write(TenantsWrite::from(TenantWrite::Insert(acme.clone())))
        .write(TenantsWrite::from(MembershipWrite::Insert(membership(&source, acme.id, ana.id))));
    let commit = (0..3).fold(commit, |commit, _| {
        let told = commit.emit(event(&source, Some(acme.id))).enqueue(job(&source, Some(acme.id)));
        told.record(audit(&source, Some(acme.id))).signal(signal("ana"))
    });
    let before = statements();
    store.commit(commit).await.unwrap();
    assert_eq!(statements() - before, 9);
    let before = statements();
    store.entry(acme.id, ana.id).await.unwrap().unwrap();
    assert_eq!(statements() - before, 1);
    let before = statements();
    assert_eq!(store.claim(NOW, NOW, 16).await.unwrap().len(), 6);
    assert_eq!(statements() - before, 2);
}

#[tokio::test]
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
async fn a_commit_inside_anothers_transaction_shares_its_fate() {
    let database = Database::migrated().await;
    let store = database.store(Vec::new()).await;
    let raw = database.raw().await;
    let source = source();
    let insert = |name| Commit::new().write(TenantsWrite::from(TenantWrite::Insert(tenant(&source, name))));
    let count = || async {
        sqlx::query_scalar::<_, i64>("SELECT count(*) FROM tenants_tenants").fetch_one(&raw).await.unwrap()
    };

    let mut tx = raw.begin().await.unwrap();
    store.apply(&mut tx, insert("acme")).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(count().await, 0);

    let mut tx = raw.begin().await.unwrap();
    store.apply(&mut tx, insert("acme")).await.unwrap();
    let taken = store.apply(&mut tx, insert("other").and(insert("acme")).across_tenants()).await;
    assert!(matches!(taken, Err(CommitError::Duplicate(_))), "{taken:?}");
    tx.commit().await.unwrap();
    assert_eq!(count().await, 1, "the failed commit left nothing in the transaction");
}

#[tokio::test]
async fn a_word_this_version_does_not_know_is_unexpected() {
    let database = Database::migrated().await;
    let store = database.store(Vec::new()).await;
    let raw = database.raw().await;
    let acme = tenant(&source(), "acme");
    store.commit(Commit::new().write(TenantsWrite::from(TenantWrite::Insert(acme.clone())))).await.unwrap();
    let odd = "PRAGMA ignore_check_constraints = ON; UPDATE tenants_tenants SET status = 'frozen'";
    sqlx::raw_sql(odd).execute(&mut *raw.acquire().await.unwrap()).await.unwrap();
    assert_eq!(store.tenant(acme.id).await.unwrap_err().kind(), ErrorKind::Unexpected);
}
