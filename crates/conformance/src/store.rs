//! What applies commits must do; see [`saaskit_kernel::Store`].

use std::time::Duration;

use saaskit_auth::write::{AuthWrite, REDEEM, SessionWrite, TokenWrite, USER_EMAIL, UserWrite};
use saaskit_auth::{Session, User};
use saaskit_kernel::{Commit, CommitError, Guard, SessionId, Source, Timestamp};
use saaskit_notify::write::{MessageWrite, NotifyWrite};
use saaskit_tenants::Tenant;
use saaskit_tenants::write::{MembershipWrite, TENANT_SLUG, TenantWrite, TenantsWrite};

use crate::Stores;
use crate::at_once::{assert_one_wins, at_once, commit_at_once};
use crate::fixtures::{
    HEARD, LISTENER, NOW, audit, email, event, job, membership, message, session, signal, source, tenant,
    token, user,
};
use crate::macros::assert_answer;

mod identity;
mod misuse;

pub use identity::{
    a_value_that_names_an_index_fools_nobody, an_event_or_a_job_of_a_known_id_refuses_the_whole_commit,
    an_insert_of_a_known_id_is_stale, another_tenant_cannot_save_a_known_id,
};
pub use misuse::{
    a_write_that_nobody_handles_is_refused_before_anything, several_leases_in_one_commit_are_refused,
    several_tenants_need_the_scope_for_it, two_writes_of_one_target_are_refused,
};

/// Makes a module `store_suite` of tests. Takes an expression for a future of [`crate::Stores`].
#[macro_export]
macro_rules! store_suite {
    ($fresh:expr $(, #[$attribute:meta])*) => {
        $crate::suite! { [$(#[$attribute])*] store_suite of store, $fresh,
            a_store_answers
            an_empty_commit_is_applied
            everything_a_commit_can_hold_is_applied
            all_of_a_commit_becomes_visible_at_once
            a_dropped_commit_is_applied_or_not_and_never_half
            a_commit_that_fails_leaves_nothing_behind
            a_stale_save_is_refused
            a_save_of_what_is_not_there_is_stale
            exactly_one_of_many_saves_of_a_version_is_applied
            exactly_one_of_many_claims_of_a_unique_value_is_applied
            a_guarded_write_that_does_not_hold_refuses_the_whole_commit
            commits_that_cross_do_not_block_each_other
            a_listeners_jobs_are_queued_with_the_event
            a_refused_commit_queues_no_jobs
            a_finish_and_its_writes_are_applied_as_one
            a_lost_lease_refuses_the_whole_commit
            an_insert_of_a_known_id_is_stale
            another_tenant_cannot_save_a_known_id
            a_value_that_names_an_index_fools_nobody
            an_event_or_a_job_of_a_known_id_refuses_the_whole_commit
            two_writes_of_one_target_are_refused
            several_tenants_need_the_scope_for_it
            several_leases_in_one_commit_are_refused
            a_write_that_nobody_handles_is_refused_before_anything
        }
    };
}

fn insert(user: &User) -> Commit {
    Commit::new().write(AuthWrite::from(UserWrite::Insert(user.clone())))
}

/// Saves an account as it is stored after its insert.
fn save(user: &User) -> Commit {
    Commit::new().write(AuthWrite::from(UserWrite::Save(user.clone())))
}

fn create(tenant: &Tenant) -> Commit {
    Commit::new().write(TenantsWrite::from(TenantWrite::Insert(tenant.clone())))
}

async fn read(stores: &Stores, user: &User) -> Option<User> {
    stores.users.user(user.id).await.unwrap()
}

async fn given_user(stores: &Stores, source: &Source, local: &str) -> User {
    let user = user(source, local);
    stores.given(insert(&user)).await;
    read(stores, &user).await.unwrap()
}

async fn kinds_claimable(stores: &Stores) -> Vec<String> {
    let until = NOW.plus(Duration::from_secs(1));
    let claimed = stores.queue.claim(NOW, until, 10).await.unwrap();
    claimed.into_iter().map(|claimed| claimed.job.kind).collect()
}

/// A store that is there says so.
pub async fn a_store_answers(stores: Stores) {
    stores.store.ping().await.unwrap();
}

/// Nothing to do is done.
pub async fn an_empty_commit_is_applied(stores: Stores) {
    assert_answer!(stores.commit(Commit::new()).await, Ok(()));
}

/// One commit holds writes of every domain, in any order, with events, jobs, audit entries and signals.
pub async fn everything_a_commit_can_hold_is_applied(stores: Stores) {
    let source = source();
    let (ana, acme) = (user(&source, "ana"), tenant(&source, "acme"));
    let (session, token) = (session(&source, &ana), token(&source, &ana));
    let (member, message) = (membership(&source, acme.id, ana.id), message(&source, Some(acme.id)));
    let accounts = insert(&ana)
        .write(AuthWrite::from(SessionWrite::Start(session.clone())))
        .write(AuthWrite::from(TokenWrite::Mint(token.clone())));
    let workspace = create(&acme)
        .write(TenantsWrite::from(MembershipWrite::Insert(member)))
        .write(NotifyWrite::from(MessageWrite::Insert(message.clone())));
    let told = Commit::new()
        .emit(event(&source, Some(acme.id)))
        .enqueue(job(&source, Some(acme.id)))
        .record(audit(&source, Some(acme.id)))
        .signal(signal("ana"));
    stores.given(told.and(workspace).and(accounts)).await;
    assert!(stores.sessions.session(session.id).await.unwrap().is_some());
    assert!(stores.tokens.token(&token.hash).await.unwrap().is_some());
    assert!(stores.workspaces.entry(acme.id, ana.id).await.unwrap().is_some());
    assert!(stores.messages.message(message.id).await.unwrap().is_some());
    assert_eq!(kinds_claimable(&stores).await.len(), 2);
    assert_eq!(stores.signals.live(NOW).await.unwrap().0, [signal("ana")]);
}

/// Ends the session and raises its user's epoch: two rows of which one read shows both.
fn end_everything(session: &Session, user: &User) -> Commit {
    let end = SessionWrite::End { session: session.id, at: NOW };
    save(&User { epoch: 1, ..user.clone() }).write(AuthWrite::from(end))
}

/// Whether the whole of [`end_everything`] is visible; fails on a half.
async fn ended(stores: &Stores, id: SessionId) -> bool {
    let (session, user) = stores.sessions.session(id).await.unwrap().unwrap();
    assert_eq!(session.ended_at.is_some(), user.epoch == 1, "half a commit is visible");
    user.epoch == 1
}

async fn given_session(stores: &Stores, source: &Source, n: u32) -> (Session, User) {
    let ana = given_user(stores, source, &format!("ana{n}")).await;
    let session = session(source, &ana);
    stores.given(Commit::new().write(AuthWrite::from(SessionWrite::Start(session.clone())))).await;
    (session, ana)
}

/// All of a commit becomes visible at once: a reader beside it never sees half.
pub async fn all_of_a_commit_becomes_visible_at_once(stores: Stores) {
    let source = source();
    for round in 0..10 {
        let (session, ana) = given_session(&stores, &source, round).await;
        let reader = stores.clone();
        let id = session.id;
        let reading = tokio::spawn(async move {
            while !ended(&reader, id).await {
                tokio::task::yield_now().await;
            }
        });
        stores.given(end_everything(&session, &ana)).await;
        assert!(ended(&stores, session.id).await, "what was acknowledged is visible to the next read");
        reading.await.unwrap();
    }
}

/// Dropping a commit's future leaves it applied or not, and the store usable.
pub async fn a_dropped_commit_is_applied_or_not_and_never_half(stores: Stores) {
    let source = source();
    for round in 0..20 {
        let (session, ana) = given_session(&stores, &source, round).await;
        let patience = Duration::from_micros(u64::from(round) * 40);
        let _ = tokio::time::timeout(patience, stores.commit(end_everything(&session, &ana))).await;
        ended(&stores, session.id).await;
    }
}

/// A commit of two domains in which one can't be applied leaves no write, no job and no listener's job.
pub async fn a_commit_that_fails_leaves_nothing_behind(stores: Stores) {
    let source = source();
    stores.given(create(&tenant(&source, "acme"))).await;
    let (ana, second) = (user(&source, "ana"), tenant(&source, "acme"));
    let told =
        Commit::new().emit(event(&source, None)).enqueue(job(&source, None)).record(audit(&source, None));
    let answer = stores.commit(insert(&ana).and(create(&second)).and(told)).await;
    assert_answer!(answer, Err(CommitError::Duplicate(TENANT_SLUG)));
    assert_eq!(read(&stores, &ana).await, None);
    assert_eq!(stores.workspaces.tenant(second.id).await.unwrap(), None);
    assert_eq!(kinds_claimable(&stores).await, [""; 0]);
}

/// A save of an earlier version is stale and changes nothing, also in what it was joined with.
pub async fn a_stale_save_is_refused(stores: Stores) {
    let source = source();
    let (read_once, bob) = (given_user(&stores, &source, "ana").await, user(&source, "bob"));
    stores.given(save(&User { epoch: 1, ..read_once.clone() })).await;
    let late = save(&User { epoch: 9, ..read_once.clone() }).and(insert(&bob));
    assert_answer!(stores.commit(late).await, Err(CommitError::Stale));
    assert_eq!(read(&stores, &read_once).await.unwrap().epoch, 1);
    assert_eq!(read(&stores, &bob).await, None);
}

/// What was never stored can't be saved, whatever version it claims.
pub async fn a_save_of_what_is_not_there_is_stale(stores: Stores) {
    let ana = user(&source(), "ana");
    for version in [ana.version, ana.version.next()] {
        let answer = stores.commit(save(&User { version, ..ana.clone() })).await;
        assert_answer!(answer, Err(CommitError::Stale));
    }
    assert_eq!(read(&stores, &ana).await, None);
}

/// Of any number of commits that save one version, exactly one is applied. To the others the next read shows why.
pub async fn exactly_one_of_many_saves_of_a_version_is_applied(stores: Stores) {
    let ana = given_user(&stores, &source(), "ana").await;
    let attempt = |epoch| {
        let (stores, mine) = (stores.clone(), User { epoch, ..ana.clone() });
        async move {
            let answer = stores.commit(save(&mine)).await;
            let seen = read(&stores, &mine).await.unwrap();
            assert_eq!(seen.version, mine.version.next(), "after {answer:?}");
            answer
        }
    };
    let answers = at_once((1..=12).map(attempt).collect()).await;
    assert_one_wins(&answers, CommitError::is_stale);
    let winner = answers.iter().position(Result::is_ok).unwrap();
    assert_eq!(read(&stores, &ana).await.unwrap().epoch as usize, winner + 1);
}

/// Of any number of commits that claim one unique value, exactly one is applied; the others name the rule.
pub async fn exactly_one_of_many_claims_of_a_unique_value_is_applied(stores: Stores) {
    let source = source();
    let users: Vec<User> = (0..12).map(|_| user(&source, "ana")).collect();
    let answers = commit_at_once(&stores, users.iter().map(insert).collect()).await;
    assert_one_wins(&answers, |error| matches!(error, CommitError::Duplicate(USER_EMAIL)));
    let winner = answers.iter().position(Result::is_ok).unwrap();
    let owner = stores.users.user_by_email(&email("ana")).await.unwrap().unwrap();
    assert_eq!(owner.id, users[winner].id);
}

/// A guarded write whose condition is false refuses the whole commit and names the guard.
pub async fn a_guarded_write_that_does_not_hold_refuses_the_whole_commit(stores: Stores) {
    let source = source();
    let ana = given_user(&stores, &source, "ana").await;
    let unknown = TokenWrite::Redeem { token: source.token().hash(), at: NOW };
    let verified = save(&ana.clone().verify(NOW)).emit(event(&source, None));
    let answer = stores.commit(verified.write(AuthWrite::from(unknown))).await;
    assert_answer!(answer, Err(CommitError::Refused(REDEEM)));
    assert_eq!(read(&stores, &ana).await, Some(ana));
    assert_eq!(kinds_claimable(&stores).await, [""; 0]);
}

/// Commits that share several rows end, whatever order their writes were added in: none waits in a circle, and
/// a conflict between them is only ever told as `Stale`.
pub async fn commits_that_cross_do_not_block_each_other(stores: Stores) {
    let source = source();
    let ana = given_user(&stores, &source, "ana").await;
    let bob = given_user(&stores, &source, "bob").await;
    let crossing = |n: u32| {
        let (stores, ana, bob) = (stores.clone(), ana.clone(), bob.clone());
        async move {
            for _ in 0..5 {
                let (ana, bob) = (read(&stores, &ana).await.unwrap(), read(&stores, &bob).await.unwrap());
                let (first, second) = if n.is_multiple_of(2) { (&ana, &bob) } else { (&bob, &ana) };
                let answer = stores.commit(save(first).and(save(second))).await;
                assert_answer!(answer, Ok(()) | Err(CommitError::Stale));
            }
        }
    };
    let all = at_once((0..8).map(crossing).collect());
    tokio::time::timeout(Duration::from_mins(1), all).await.expect("no commit waits for ever");
}

/// A listener's jobs are queued with the event: its payload, its tenant, due at once.
pub async fn a_listeners_jobs_are_queued_with_the_event(stores: Stores) {
    let source = source();
    let heard = event(&source, Some(source.id()));
    let unheard = saaskit_kernel::Event { id: source.id(), name: "conformance.unheard", ..heard.clone() };
    stores.given(Commit::new().emit(heard.clone()).emit(unheard)).await;
    let claimed = stores.queue.claim(NOW, NOW.plus(Duration::from_secs(1)), 10).await.unwrap();
    assert_eq!(claimed.len(), 1, "{HEARD} has one listener: {claimed:?}");
    let job = &claimed[0].job;
    assert_eq!((job.kind.as_str(), job.tenant, &job.payload), (LISTENER, heard.tenant, &heard.payload));
}

/// A commit that is refused after the event was told queues nothing.
pub async fn a_refused_commit_queues_no_jobs(stores: Stores) {
    let source = source();
    let ana = given_user(&stores, &source, "ana").await;
    let again = insert(&user(&source, "ana")).emit(event(&source, None)).enqueue(job(&source, None));
    assert_answer!(stores.commit(again).await, Err(CommitError::Duplicate(USER_EMAIL)));
    assert_eq!(read(&stores, &ana).await, Some(ana));
    assert_eq!(kinds_claimable(&stores).await, [""; 0]);
}

async fn given_lease(stores: &Stores, source: &Source, until: Timestamp) -> saaskit_kernel::Lease {
    stores.given(Commit::new().enqueue(job(source, None))).await;
    stores.queue.claim(NOW, until, 1).await.unwrap().remove(0).lease
}

/// A handler's commit and the end of its job are one; if the commit fails, the lease is still held.
pub async fn a_finish_and_its_writes_are_applied_as_one(stores: Stores) {
    let source = source();
    let until = NOW.plus(Duration::from_secs(1));
    let lease = given_lease(&stores, &source, until).await;
    given_user(&stores, &source, "ana").await;
    let failing = insert(&user(&source, "ana")).finish(lease);
    assert_answer!(stores.commit(failing).await, Err(CommitError::Duplicate(USER_EMAIL)));
    let bob = user(&source, "bob");
    stores.given(insert(&bob).finish(lease)).await;
    assert!(read(&stores, &bob).await.is_some());
    assert_eq!(stores.queue.claim(until, until.plus(Duration::from_secs(1)), 1).await.unwrap(), []);
}

/// A lease that is not held any more refuses the whole commit.
pub async fn a_lost_lease_refuses_the_whole_commit(stores: Stores) {
    let source = source();
    let until = NOW.plus(Duration::from_secs(1));
    let lost = given_lease(&stores, &source, until).await;
    let held =
        stores.queue.claim(until, until.plus(Duration::from_secs(1)), 1).await.unwrap().remove(0).lease;
    let (ana, bob) = (user(&source, "ana"), user(&source, "bob"));
    let late = insert(&ana).emit(event(&source, None)).finish(lost);
    assert_answer!(stores.commit(late).await, Err(CommitError::Refused(Guard::LEASE)));
    assert_eq!(read(&stores, &ana).await, None);
    stores.given(insert(&bob).finish(held)).await;
}
