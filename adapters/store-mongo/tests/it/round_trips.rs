use saaskit_auth::port::{RefreshTokens as _, Sessions as _, Tokens as _, Users as _};
use saaskit_auth::write::{AttemptWrite, AuthWrite, RefreshWrite, SessionWrite, TokenWrite, UserWrite};
use saaskit_conformance::fixtures::{
    NOW, attempts, audit, email, event, job, membership, refresh_token, rotation, session, signal, source,
    tenant, token, user,
};
use saaskit_kernel::{Commit, Store as _};
use saaskit_tenants::write::{MembershipWrite, TenantWrite, TenantsWrite};

use super::Database;
use super::tap::Tap;

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn a_commit_costs_one_round_trip_a_write_and_one_each_for_jobs_events_audit_and_signals() {
    let mut database = Database::migrated().await;
    let tap = Tap::before(&mut database).await;
    let store = database.store(Vec::new()).await;
    let source = source();
    let (ana, acme) = (user(&source, "ana"), tenant(&source, "acme"));
    let session = session(&source, &ana);
    let commit = Commit::new()
        .write(AuthWrite::from(UserWrite::Insert(ana.clone())))
        .write(AuthWrite::from(AttemptWrite::Clear(attempts(&source).key)))
        .write(AuthWrite::from(RefreshWrite::Begin(refresh_token(&source, &session))))
        .write(AuthWrite::from(SessionWrite::Start(session)))
        .write(TenantsWrite::from(TenantWrite::Insert(acme.clone())))
        .write(TenantsWrite::from(MembershipWrite::Insert(membership(&source, acme.id, ana.id))));
    let commit = (0..3).fold(commit, |commit, _| {
        let told = commit.emit(event(&source, Some(acme.id))).enqueue(job(&source, Some(acme.id)));
        told.record(audit(&source, Some(acme.id))).signal(signal("ana"))
    });
    tap.take();
    store.commit(commit).await.unwrap();
    let heard = tap.take();
    assert_eq!(heard.len(), 10, "{heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn renewing_a_session_costs_three_round_trips() {
    let mut database = Database::migrated().await;
    let tap = Tap::before(&mut database).await;
    let store = database.store(Vec::new()).await;
    let source = source();
    let ana = user(&source, "ana");
    let session = session(&source, &ana);
    let mut link = refresh_token(&source, &session);
    let log_in = Commit::new()
        .write(AuthWrite::from(UserWrite::Insert(ana)))
        .write(AuthWrite::from(SessionWrite::Start(session.clone())))
        .write(AuthWrite::from(RefreshWrite::Begin(link.clone())));
    store.commit(log_in).await.unwrap();
    for minute in 0..3 {
        tap.take();
        let at = NOW.plus(std::time::Duration::from_mins(minute));
        let shown = store.presented(&link.hash).await.unwrap().unwrap().token;
        link = shown.next(source.token().hash(), &session, at);
        let rotation = rotation(&source, at);
        let rotate = RefreshWrite::Rotate { shown: shown.hash, rotation, next: link.clone() };
        store.commit(Commit::new().write(AuthWrite::from(rotate))).await.unwrap();
        assert_eq!(tap.take(), ["aggregate", "aggregate", "update"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn whoever_is_asked_for_comes_in_one_round_trip() {
    let mut database = Database::migrated().await;
    let tap = Tap::before(&mut database).await;
    let store = database.store(Vec::new()).await;
    let source = source();
    let ana = user(&source, "ana");
    let (session, token) = (session(&source, &ana), token(&source, &ana));
    let given = Commit::new()
        .write(AuthWrite::from(UserWrite::Insert(ana.clone())))
        .write(AuthWrite::from(SessionWrite::Start(session.clone())))
        .write(AuthWrite::from(TokenWrite::Mint(token.clone())));
    store.commit(given).await.unwrap();
    tap.take();
    assert!(store.user_by_email(&email("ana")).await.unwrap().is_some());
    assert_eq!(tap.take(), ["find"]);
    assert!(store.session(session.id).await.unwrap().is_some());
    assert_eq!(tap.take(), ["aggregate"]);
    assert_eq!(store.sessions_of(ana.id, NOW).await.unwrap().len(), 1);
    assert_eq!(tap.take(), ["aggregate"]);
    assert!(store.token(&token.hash).await.unwrap().is_some());
    assert_eq!(tap.take(), ["aggregate"]);
}
