//! What somebody's transaction holds, who never ends it: the server does so after a minute, or as it is told. Until
//! then nobody waits for it who need not, and whoever must is told in time.

use std::time::Duration;

use bson::{Document, doc};
use mongodb::{ClientSession, Database as Raw};
use saaskit_auth::User;
use saaskit_auth::write::{AuthWrite, UserWrite};
use saaskit_conformance::fixtures::{NOW, job, source, user};
use saaskit_kernel::{Commit, CommitError, ErrorKind, Job, JobId, Source, Store as _, WorkQueue};
use saaskit_store_mongo::MongoStore;
use tokio::time::timeout;

use super::Database;
use super::faults::Broken;

const LEASE: Duration = Duration::from_secs(30);
/// No statement that waits for a transaction comes back as soon as this: the store's own limit is longer.
const SOON: Duration = Duration::from_secs(10);

/// Begins a transaction that holds these documents.
async fn hold(raw: &Raw, collection: &str, which: Document) -> ClientSession {
    let mut session = raw.client().start_session().await.unwrap();
    session.start_transaction().await.unwrap();
    let documents = raw.collection::<Document>(collection);
    let touched = documents.update_many(which, doc! { "$set": { "why": "held" } }).session(&mut session);
    assert!(touched.await.unwrap().matched_count > 0);
    session
}

fn only(job: &Job) -> Document {
    let id =
        bson::Binary { subtype: bson::spec::BinarySubtype::Uuid, bytes: job.id.uuid().as_bytes().to_vec() };
    doc! { "_id": id }
}

/// So many jobs that wait.
async fn queued(store: &MongoStore, source: &Source, jobs: usize) -> Vec<Job> {
    let jobs: Vec<Job> = (0..jobs).map(|_| job(source, None)).collect();
    let commit = jobs.iter().cloned().fold(Commit::new(), Commit::enqueue);
    store.commit(commit).await.unwrap();
    jobs
}

/// The jobs of a claim so long after [`NOW`], in no order that matters.
async fn claimed(store: &MongoStore, after: Duration) -> Vec<JobId> {
    let now = NOW.plus(after);
    let claim = timeout(SOON, store.claim(now, now.plus(LEASE), 100)).await;
    let claimed = claim.expect("nobody waits for a transaction").unwrap();
    let mut ids: Vec<_> = claimed.into_iter().map(|claimed| claimed.job.id).collect();
    ids.sort();
    ids
}

fn ids<'a>(jobs: impl IntoIterator<Item = &'a Job>) -> Vec<JobId> {
    let mut ids: Vec<_> = jobs.into_iter().map(|job| job.id).collect();
    ids.sort();
    ids
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn jobs_that_died_in_their_last_commit_keep_no_other_job_waiting() {
    let database = Database::migrated().await;
    let (store, raw, source) = (database.store(Vec::new()).await, database.raw().await, source());
    let jobs = queued(&store, &source, 12).await;
    assert_eq!(claimed(&store, Duration::ZERO).await, ids(&jobs));
    let (dead, others): (Vec<_>, Vec<_>) =
        jobs.iter().partition(|job| [1, 5].map(|at| jobs[at].id).contains(&job.id));
    let mut holding = Vec::new();
    for job in &dead {
        holding.push(hold(&raw, "work_jobs", only(job)).await);
    }
    assert_eq!(claimed(&store, LEASE).await, ids(others), "those whose lease ended beside them");
    let new = queued(&store, &source, 3).await;
    assert_eq!(claimed(&store, LEASE).await, ids(&new));
    for mut session in holding {
        session.abort_transaction().await.unwrap();
    }
    let again = async {
        let mut found = Vec::new();
        while found.len() < dead.len() {
            found.extend(claimed(&store, LEASE).await);
        }
        found.sort();
        found
    };
    assert_eq!(timeout(SOON, again).await.expect("they are looked at again"), ids(dead));
}

/// What stands for the server here forgets the time it is given while it waits for a transaction, so it is told to
/// remember.
#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn a_statement_that_waits_for_a_job_is_over_in_time_and_done_without_it() {
    let (broken, source) = (Broken::new().await, source());
    let jobs = queued(&broken.store, &source, 3).await;
    let mut holding = hold(broken.raw(), "work_jobs", only(&jobs[0])).await;
    broken.fail("update", 1, doc! { "errorCode": 50 }).await;
    assert_eq!(claimed(&broken.store, Duration::ZERO).await, ids(&jobs[1..]), "not yet awake");
    holding.abort_transaction().await.unwrap();

    let ready = queued(&broken.store, &source, 3).await;
    let jobs = broken.raw().collection::<Document>("work_jobs");
    for job in &ready {
        jobs.update_one(only(job), doc! { "$set": { "ready": true } }).await.unwrap();
    }
    let _holding = hold(broken.raw(), "work_jobs", only(&ready[0])).await;
    // To wake what is due, and to take what is awake.
    broken.fail("update", 2, doc! { "errorCode": 50 }).await;
    let found = claimed(&broken.store, Duration::ZERO).await;
    assert!(
        ids(&ready[1..]).iter().all(|job| found.contains(job)) && !found.contains(&ready[0].id),
        "{found:?}"
    );
    assert!(!claimed(&broken.store, Duration::ZERO).await.contains(&ready[0].id), "it is not even tried");
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn who_is_held_is_refused_for_now_and_in_time_and_nobody_else_is() {
    let database = Database::migrated().await;
    let (store, raw, source) = (database.store(Vec::new()).await, database.raw().await, source());
    let (ana, ben) = (user(&source, "ana"), user(&source, "ben"));
    let save = |user: User| {
        let stored = User { version: user.version.next(), ..user };
        Commit::new().write(AuthWrite::from(UserWrite::Save(stored)))
    };
    for user in [&ana, &ben] {
        store.commit(Commit::new().write(AuthWrite::from(UserWrite::Insert(user.clone())))).await.unwrap();
    }
    let mut holding = hold(&raw, "auth_users", doc! { "email_normal": "ana@example.org" }).await;
    let refused = timeout(SOON, store.commit(save(ana.clone()))).await.expect("it is over in time");
    let later = matches!(&refused, Err(CommitError::Port(error)) if error.kind() == ErrorKind::Unavailable);
    assert!(later, "{refused:?}");
    timeout(Duration::from_secs(1), store.commit(save(ben))).await.expect("nobody holds him").unwrap();
    holding.abort_transaction().await.unwrap();
    store.commit(save(ana)).await.unwrap();
}
