//! What a server can do to a commit, by its own `failCommand`. Each test has a server to itself, and looks at what is
//! stored in the end.

use std::sync::Arc;
use std::time::Duration;

use bson::{Document, doc};
use saaskit_conformance::fixtures::{audit, event, signal, source, tenant};
use saaskit_kernel::{Commit, CommitError, ErrorKind, Store as _};
use saaskit_peers::Mongo;
use saaskit_store_mongo::MongoStore;
use saaskit_tenants::write::{TenantWrite, TenantsWrite};

use super::Database;

pub(crate) const TRANSIENT: &str = "TransientTransactionError";

/// A store on a server that can be told to fail.
pub(crate) struct Broken {
    pub(crate) store: Arc<MongoStore>,
    raw: mongodb::Database,
    _database: Database,
    _server: Mongo,
}

impl Broken {
    pub(crate) async fn new() -> Self {
        let server = Mongo::start().unwrap();
        let mut database = Database::at(&server.url());
        database.config.find = Duration::from_secs(2);
        database.config.statement = Duration::from_secs(5);
        MongoStore::migrate(&database.config).await.unwrap();
        let (store, raw) = (database.store(Vec::new()).await, database.raw().await);
        Self { store, raw, _database: database, _server: server }
    }

    /// Its database, as its driver shows it.
    pub(crate) fn raw(&self) -> &mongodb::Database {
        &self.raw
    }

    /// So many of the next commands of that name, or of those names, fail like this.
    pub(crate) async fn fail(&self, command: &str, times: u32, how: Document) {
        self.set(doc! { "times": times }, command, how).await;
    }

    /// All of them do.
    pub(crate) async fn fail_always(&self, command: &str, how: Document) {
        self.set("alwaysOn", command, how).await;
    }

    async fn set(&self, mode: impl Into<bson::Bson>, command: &str, how: Document) {
        let mut data = how;
        data.insert("failCommands", command.split(' ').collect::<Vec<_>>());
        let order = doc! { "configureFailPoint": "failCommand", "mode": mode.into(), "data": data };
        self.raw.client().database("admin").run_command(order).await.unwrap();
    }

    /// The server does as it should again.
    pub(crate) async fn mend(&self) {
        let order = doc! { "configureFailPoint": "failCommand", "mode": "off" };
        self.raw.client().database("admin").run_command(order).await.unwrap();
    }

    pub(crate) async fn count(&self, collection: &str) -> u64 {
        self.raw.collection::<Document>(collection).count_documents(doc! {}).await.unwrap()
    }

    /// How many of each there are of what [`everything`] writes.
    async fn stored(&self) -> [u64; 5] {
        let mut counts = [0; 5];
        let collections =
            ["tenants_tenants", "kernel_events", "work_jobs", "audit_entries", "kernel_signals"];
        for (count, collection) in counts.iter_mut().zip(collections) {
            *count = self.count(collection).await;
        }
        counts
    }
}

/// A workspace, an event with its listener's job, an audit entry and a signal.
fn everything() -> Commit {
    let source = source();
    let acme = tenant(&source, "acme");
    let told = Commit::new().emit(event(&source, Some(acme.id))).record(audit(&source, Some(acme.id)));
    told.signal(signal("ana")).write(TenantsWrite::from(TenantWrite::Insert(acme)))
}

const ONCE: [u64; 5] = [1; 5];
const NOTHING: [u64; 5] = [0; 5];

/// Commits while that happens to so many commands: it is applied once.
async fn is_applied_once(command: &str, times: u32, how: Document) {
    let broken = Broken::new().await;
    broken.fail(command, times, how).await;
    let answer = broken.store.commit(everything()).await;
    assert!(answer.is_ok(), "{answer:?}");
    broken.mend().await;
    assert_eq!(broken.stored().await, ONCE);
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn a_commit_that_meets_another_is_tried_again_as_a_whole() {
    is_applied_once("insert", 2, doc! { "errorCode": 112, "errorLabels": [TRANSIENT] }).await;
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn a_connection_lost_in_the_middle_is_no_failure() {
    is_applied_once("insert", 1, doc! { "closeConnection": true }).await;
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn a_commit_the_server_gave_up_is_tried_again_as_a_whole() {
    is_applied_once("commitTransaction", 1, doc! { "errorCode": 251, "errorLabels": [TRANSIENT] }).await;
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn a_connection_lost_at_the_very_end_is_no_failure() {
    is_applied_once("commitTransaction", 1, doc! { "closeConnection": true }).await;
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn connections_lost_at_the_very_end_again_and_again_are_no_failure() {
    is_applied_once("commitTransaction", 3, doc! { "closeConnection": true }).await;
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn an_unknown_outcome_is_asked_for_until_it_is_known() {
    let unknown = doc! { "errorCode": 50, "errorLabels": ["UnknownTransactionCommitResult"] };
    is_applied_once("commitTransaction", 2, unknown).await;
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn a_commit_that_was_applied_and_answered_by_an_error_is_not_applied_twice() {
    let applied = doc! { "writeConcernError": { "code": 91, "errmsg": "shutting down" } };
    is_applied_once("commitTransaction", 1, applied).await;
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn an_outcome_nobody_can_be_asked_for_is_unknown() {
    let broken = Broken::new().await;
    broken.fail_always("commitTransaction", doc! { "closeConnection": true }).await;
    let answer = broken.store.commit(everything()).await;
    assert!(matches!(answer, Err(CommitError::Unknown)), "{answer:?}");
    broken.mend().await;
    assert!([ONCE, NOTHING].contains(&broken.stored().await));
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn what_fails_for_good_leaves_nothing_behind_and_harms_nobody() {
    let broken = Broken::new().await;
    broken.fail("insert", 1, doc! { "errorCode": 8000 }).await;
    let answer = broken.store.commit(everything()).await;
    let refused = matches!(&answer, Err(CommitError::Port(error)) if error.kind() == ErrorKind::Unexpected);
    assert!(refused, "{answer:?}");
    assert_eq!(broken.stored().await, NOTHING);
    broken.store.commit(everything()).await.unwrap();
    assert_eq!(broken.stored().await, ONCE);
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn a_conflict_that_never_ends_is_given_up() {
    let broken = Broken::new().await;
    broken.fail_always("insert", doc! { "errorCode": 112, "errorLabels": [TRANSIENT] }).await;
    let answer = broken.store.commit(everything()).await;
    let busy = matches!(&answer, Err(CommitError::Port(error)) if error.kind() == ErrorKind::Unavailable);
    assert!(busy, "{answer:?}");
    broken.mend().await;
    assert_eq!(broken.stored().await, NOTHING);
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn a_server_that_never_answers_is_given_up_in_time() {
    let broken = Broken::new().await;
    broken
        .fail_always("insert abortTransaction", doc! { "blockConnection": true, "blockTimeMS": 60_000 })
        .await;
    let within = tokio::time::timeout(Duration::from_secs(20), broken.store.commit(everything()));
    let answer = within.await.expect("a commit has a deadline");
    let late = matches!(&answer, Err(CommitError::Port(error)) if error.kind() == ErrorKind::TimedOut);
    assert!(late, "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn a_read_whose_connection_is_lost_is_asked_again() {
    let broken = Broken::new().await;
    broken.fail("ping", 2, doc! { "closeConnection": true }).await;
    broken.store.ping().await.unwrap();
}
