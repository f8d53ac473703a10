use std::sync::Arc;
use std::time::Duration;

use bson::{Document, doc};
use saaskit_conformance::fixtures::{NOW, event, signal, source, tenant};
use saaskit_kernel::{
    Commit, CommitError, ErrorKind, Secret, Signals as _, Slug, Source, Store as _, TenantId,
};
use saaskit_peers::Mongo;
use saaskit_store_mongo::{Config, MongoStore};
use saaskit_tenants::Tenant;
use saaskit_tenants::port::Workspaces as _;
use saaskit_tenants::write::{TenantWrite, TenantsWrite};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::Database;

fn create(tenant: &Tenant) -> Commit {
    Commit::new().write(TenantsWrite::from(TenantWrite::Insert(tenant.clone())))
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn a_server_without_transactions_is_refused_and_told_why() {
    let standalone = Mongo::standalone().unwrap();
    let database = Database::at(&standalone.url());
    let error = MongoStore::migrate(&database.config).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    let why = std::error::Error::source(&error).unwrap().to_string();
    assert!(why.contains("standalone") && why.contains("--replSet"), "{why}");
}

#[test]
fn an_address_that_is_none_is_refused_and_not_repeated() {
    for url in ["postgres://ana:secret@host/a", "mongodb://ana:secret@host", "mongodb://ana:se/cret@host/a"] {
        let error = Config::new(Secret::new(url)).validate().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{url}");
        assert!(!format!("{error:?}").contains("cret"), "{error:?}");
    }
    let good = Config::new(Secret::new("mongodb://ana:secret@one,two/a?replicaSet=x&tls=true"));
    good.validate().unwrap();
    assert!(!format!("{good:?}").contains("secret"), "{good:?}");
    let odd = Config { max: 0, statement: Duration::ZERO, ..good };
    let why = std::error::Error::source(&odd.validate().unwrap_err()).unwrap().to_string();
    assert_eq!(why.split("; ").count(), 3, "{why}");
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn a_server_that_is_not_there_is_unavailable() {
    let port = saaskit_peers::free_port().unwrap();
    let url = format!("mongodb://127.0.0.1:{port}/it?directConnection=true");
    let config = Config { find: Duration::from_secs(1), ..Config::new(Secret::new(&url)) };
    let error = MongoStore::migrate(&config).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn a_commit_inside_anothers_transaction_shares_its_fate() {
    let database = Database::migrated().await;
    let store = database.store(Vec::new()).await;
    let source = source();
    let (acme, other) = (tenant(&source, "acme"), tenant(&source, "other"));

    let mut session = store.begin().await.unwrap();
    store.apply(&mut session, create(&acme)).await.unwrap();
    session.abort_transaction().await.unwrap();
    assert_eq!(store.tenant(acme.id).await.unwrap(), None);

    let mut session = store.begin().await.unwrap();
    store.apply(&mut session, create(&acme)).await.unwrap();
    session.commit_transaction().await.unwrap();
    assert!(store.tenant(acme.id).await.unwrap().is_some());

    let mut session = store.begin().await.unwrap();
    store.apply(&mut session, create(&other)).await.unwrap();
    let taken = store.apply(&mut session, create(&tenant(&source, "acme"))).await;
    assert!(matches!(taken, Err(CommitError::Duplicate(_))), "{taken:?}");
    assert!(session.commit_transaction().await.is_err(), "the whole transaction is aborted");
    assert_eq!(store.tenant(other.id).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn a_signal_that_is_committed_late_is_not_missed() {
    let database = Database::migrated().await;
    let store = database.store(Vec::new()).await;
    let (_, before) = store.live(NOW).await.unwrap();
    let mut slow = store.begin().await.unwrap();
    store.apply(&mut slow, Commit::new().signal(signal("slow"))).await.unwrap();
    store.commit(Commit::new().signal(signal("fast"))).await.unwrap();
    let (heard, cursor) = store.since(before).await.unwrap();
    assert_eq!(heard, [signal("fast")]);
    slow.commit_transaction().await.unwrap();
    let (heard, _) = store.since(cursor).await.unwrap();
    assert!(heard.contains(&signal("slow")), "{heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn a_signal_of_long_ago_is_not_given_again() {
    let database = Database::migrated().await;
    let store = database.store(Vec::new()).await;
    store.commit(Commit::new().signal(signal("old"))).await.unwrap();
    let (heard, mut cursor) = store.live(NOW).await.unwrap();
    assert_eq!(heard, [signal("old")]);
    cursor.0 += 71_000;
    assert_eq!(store.since(cursor).await.unwrap(), (Vec::new(), cursor));
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn a_word_this_version_does_not_know_is_unexpected() {
    let database = Database::migrated().await;
    let store = database.store(Vec::new()).await;
    let acme = tenant(&source(), "acme");
    store.commit(create(&acme)).await.unwrap();
    let odd = doc! { "$set": { "status": "frozen" } };
    let tenants = database.raw().await.collection::<Document>("tenants_tenants");
    tenants.update_one(doc! {}, odd).await.unwrap();
    assert_eq!(store.tenant(acme.id).await.unwrap_err().kind(), ErrorKind::Unexpected);
}

/// Creates workspaces, and tells of each that was acknowledged, until the server is gone.
async fn create_until_it_dies(store: Arc<MongoStore>, acknowledged: UnboundedSender<TenantId>) {
    let source = Source::system();
    loop {
        let mut one = tenant(&source, "acme");
        one.slug = Slug::stored(one.id.uuid().to_string()).unwrap();
        let told = event(&source, Some(one.id));
        if store.commit(create(&one).emit(told)).await.is_err() || acknowledged.send(one.id).is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn what_was_acknowledged_survives_the_death_of_the_server() {
    let mut server = Mongo::durable().unwrap();
    let mut database = Database::at(&server.url());
    database.config.find = Duration::from_millis(500);
    MongoStore::migrate(&database.config).await.unwrap();
    let mut acknowledged = Vec::new();
    for _ in 0..4 {
        let store = database.store(Vec::new()).await;
        let (tell, mut told) = unbounded_channel();
        for _ in 0..4 {
            tokio::spawn(create_until_it_dies(store.clone(), tell.clone()));
        }
        drop(tell);
        for _ in 0..10 {
            acknowledged.push(told.recv().await.expect("the writers go on"));
        }
        server.kill().unwrap();
        while let Some(tenant) = told.recv().await {
            acknowledged.push(tenant);
        }
        server.restart().unwrap();
    }
    let store = database.store(Vec::new()).await;
    for tenant in &acknowledged {
        assert!(store.tenant(*tenant).await.unwrap().is_some(), "{tenant} is lost");
    }
    let raw = database.raw().await;
    let mut counts = Vec::new();
    for collection in ["tenants_tenants", "kernel_events", "work_jobs"] {
        counts.push(raw.collection::<Document>(collection).count_documents(doc! {}).await.unwrap());
    }
    assert!(counts.iter().all(|count| *count == counts[0]), "a half was applied: {counts:?}");
}
