//! What a queue of work must do; see [`saaskit_kernel::WorkQueue`].

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use saaskit_kernel::{
    Claimed, Commit, CommitError, Guard, Job, JobId, Source, TenantId, Timestamp, WorkState,
};

use crate::Stores;
use crate::at_once::at_once;
use crate::fixtures::{NOW, job, source};
use crate::macros::assert_answer;

/// Makes a module `work_queue_suite` of tests. Takes an expression for a future of [`crate::Stores`].
#[macro_export]
macro_rules! work_queue_suite {
    ($fresh:expr $(, #[$attribute:meta])*) => {
        $crate::suite! { [$(#[$attribute])*] work_queue_suite of work_queue, $fresh,
            a_job_is_claimed_as_it_was_asked_for
            a_job_is_claimable_once_it_is_due_and_not_before
            a_claim_takes_at_most_its_limit_the_oldest_first
            concurrent_claims_never_share_a_job
            a_leased_job_is_not_claimed_again_before_its_lease_ends
            a_lease_that_ends_makes_the_job_claimable_as_its_next_attempt
            a_tenant_with_few_jobs_does_not_wait_for_one_with_many
            every_tenant_gets_its_turn_when_a_claim_takes_less_than_there_are_tenants
            a_finished_job_is_never_claimed_again
            a_lease_finishes_its_job_once
            a_renewed_lease_holds_until_its_new_end
            a_job_put_off_is_claimed_at_its_time_and_not_before
            a_try_that_is_excused_does_not_count_and_its_job_is_claimed_at_its_time_and_not_before
            a_buried_job_is_never_claimed
            a_lease_that_was_taken_over_changes_nothing
            a_lease_that_was_given_back_changes_nothing
            the_state_counts_what_there_is
        }
    };
}

const LEASE: Duration = Duration::from_secs(30);
const MOMENT: Duration = Duration::from_millis(1);

fn asked(jobs: impl IntoIterator<Item = Job>) -> Commit {
    jobs.into_iter().fold(Commit::new(), Commit::enqueue)
}

async fn claim(stores: &Stores, now: Timestamp, limit: u32) -> Vec<Claimed> {
    stores.queue.claim(now, now.plus(LEASE), limit).await.unwrap()
}

async fn claim_one(stores: &Stores, now: Timestamp) -> Claimed {
    let mut claimed = claim(stores, now, 2).await;
    assert_eq!(claimed.len(), 1, "{claimed:?}");
    claimed.remove(0)
}

fn tenants(source: &Source, count: usize) -> Vec<TenantId> {
    (0..count).map(|_| source.id()).collect()
}

/// A claimed job is what was asked for, on its first attempt.
pub async fn a_job_is_claimed_as_it_was_asked_for(stores: Stores) {
    let source = source();
    for tenant in [None, Some(source.id())] {
        let job = job(&source, tenant);
        stores.given(asked([job.clone()])).await;
        let claimed = claim_one(&stores, NOW).await;
        assert_eq!((claimed.lease.job, claimed.lease.attempt), (job.id, 1));
        assert_eq!(Job { due_at: job.due_at, ..claimed.job }, job);
    }
}

/// A job is claimable once its commit is visible and it is due, not before.
pub async fn a_job_is_claimable_once_it_is_due_and_not_before(stores: Stores) {
    let due_at = NOW.plus(Duration::from_mins(1));
    assert_eq!(claim(&stores, due_at, 10).await, []);
    stores.given(asked([Job { due_at, ..job(&source(), None) }])).await;
    assert_eq!(claim(&stores, due_at.minus(MOMENT), 10).await, []);
    claim_one(&stores, due_at).await;
}

/// A claim takes at most its limit; within one tenant, what has been due for longest.
pub async fn a_claim_takes_at_most_its_limit_the_oldest_first(stores: Stores) {
    let source = source();
    let at = |seconds| Job { due_at: NOW.minus(Duration::from_secs(seconds)), ..job(&source, None) };
    let jobs: Vec<Job> = [1, 3, 2].into_iter().map(at).collect();
    stores.given(asked(jobs.clone())).await;
    let claimed: BTreeSet<JobId> =
        claim(&stores, NOW, 2).await.into_iter().map(|claimed| claimed.job.id).collect();
    assert_eq!(claimed, BTreeSet::from([jobs[1].id, jobs[2].id]));
    assert_eq!(claim_one(&stores, NOW).await.job.id, jobs[0].id);
}

/// Concurrent claims never share a job, and together they get all of them.
pub async fn concurrent_claims_never_share_a_job(stores: Stores) {
    let source = source();
    let tenants = tenants(&source, 3);
    let jobs: Vec<Job> = (0..90).map(|n| job(&source, Some(tenants[n % 3]))).collect();
    stores.given(asked(jobs.clone())).await;
    let worker = |stores: Stores| async move {
        let mut mine = Vec::new();
        while mine.len() <= 90 {
            let claimed = claim(&stores, NOW, 4).await;
            if claimed.is_empty() {
                break;
            }
            mine.extend(claimed.into_iter().map(|claimed| claimed.job.id));
        }
        mine
    };
    let mut claimed = at_once((0..8).map(|_| worker(stores.clone())).collect()).await.concat();
    claimed.extend(worker(stores).await);
    claimed.sort();
    let mut all: Vec<JobId> = jobs.into_iter().map(|job| job.id).collect();
    all.sort();
    assert_eq!(claimed, all);
}

/// A leased job is nobody else's.
pub async fn a_leased_job_is_not_claimed_again_before_its_lease_ends(stores: Stores) {
    stores.given(asked([job(&source(), None)])).await;
    claim_one(&stores, NOW).await;
    assert_eq!(claim(&stores, NOW, 10).await, []);
    assert_eq!(claim(&stores, NOW.plus(LEASE).minus(MOMENT), 10).await, []);
}

/// A lease that ends unfinished makes the job claimable again, as its next attempt.
pub async fn a_lease_that_ends_makes_the_job_claimable_as_its_next_attempt(stores: Stores) {
    stores.given(asked([job(&source(), None)])).await;
    let mut now = NOW;
    for attempt in 1..=3 {
        assert_eq!(claim_one(&stores, now).await.lease.attempt, attempt);
        now = now.plus(LEASE);
    }
}

/// Claims are fair between tenants, however much earlier the other's jobs were due.
pub async fn a_tenant_with_few_jobs_does_not_wait_for_one_with_many(stores: Stores) {
    let source = source();
    let loud = source.id();
    let quiet = tenants(&source, 3);
    let early = NOW.minus(Duration::from_mins(1));
    let many = (0..100).map(|_| Job { due_at: early, ..job(&source, Some(loud)) });
    stores.given(asked(many)).await;
    let few = quiet.iter().map(|tenant| Some(*tenant)).chain([None]).map(|tenant| job(&source, tenant));
    stores.given(asked(few)).await;
    let served: BTreeSet<Option<TenantId>> =
        claim(&stores, NOW, 10).await.into_iter().map(|claimed| claimed.job.tenant).collect();
    let everybody = quiet.into_iter().chain([loud]).map(Some).chain([None]).collect();
    assert_eq!(served, everybody);
}

/// Claims are fair between tenants also when each takes less than there are tenants: all are served in turn.
pub async fn every_tenant_gets_its_turn_when_a_claim_takes_less_than_there_are_tenants(stores: Stores) {
    let source = source();
    let tenants = tenants(&source, 12);
    let jobs = tenants.iter().flat_map(|tenant| [*tenant; 10]).map(|tenant| job(&source, Some(tenant)));
    stores.given(asked(jobs)).await;
    let mut served: BTreeMap<TenantId, u32> = BTreeMap::new();
    for _ in 0..12 {
        for claimed in claim(&stores, NOW, 4).await {
            *served.entry(claimed.job.tenant.unwrap()).or_default() += 1;
        }
    }
    let (least, most) = (served.values().min().copied(), served.values().max().copied());
    assert_eq!(served.len(), tenants.len());
    assert!(least >= Some(3) && most <= Some(5), "48 jobs of 12 tenants: {served:?}");
}

/// A finished job is never claimed again.
pub async fn a_finished_job_is_never_claimed_again(stores: Stores) {
    stores.given(asked([job(&source(), None)])).await;
    let claimed = claim_one(&stores, NOW).await;
    stores.given(Commit::new().finish(claimed.lease)).await;
    assert_eq!(claim(&stores, NOW.plus(LEASE), 10).await, []);
    assert_eq!(stores.queue.state(NOW).await.unwrap(), WorkState::default());
}

/// A lease finishes its job once.
pub async fn a_lease_finishes_its_job_once(stores: Stores) {
    stores.given(asked([job(&source(), None)])).await;
    let lease = claim_one(&stores, NOW).await.lease;
    stores.given(Commit::new().finish(lease)).await;
    let again = stores.commit(Commit::new().finish(lease)).await;
    assert_answer!(again, Err(CommitError::Refused(Guard::LEASE)));
}

/// A renewed lease holds until its new end, and the job stays at its attempt.
pub async fn a_renewed_lease_holds_until_its_new_end(stores: Stores) {
    stores.given(asked([job(&source(), None)])).await;
    let lease = claim_one(&stores, NOW).await.lease;
    let end = NOW.plus(LEASE * 2);
    assert!(stores.queue.renew(lease, end).await.unwrap());
    assert_eq!(claim(&stores, end.minus(MOMENT), 10).await, []);
    assert_eq!(claim_one(&stores, end).await.lease.attempt, 2);
}

/// A job put off is claimed at its time, not before.
pub async fn a_job_put_off_is_claimed_at_its_time_and_not_before(stores: Stores) {
    stores.given(asked([job(&source(), None)])).await;
    let lease = claim_one(&stores, NOW).await.lease;
    for (at, attempt) in [(NOW.plus(LEASE * 10), 2), (NOW.plus(LEASE * 10).plus(MOMENT), 3)] {
        let held = saaskit_kernel::Lease { attempt: attempt - 1, ..lease };
        assert!(stores.queue.put_off(held, at, "it's \"down\"").await.unwrap());
        assert_eq!(claim(&stores, at.minus(MOMENT), 10).await, []);
        assert_eq!(claim_one(&stores, at).await.lease.attempt, attempt);
    }
}

/// A job excused is claimed at its time, not before, and the try does not count; its lease is another one all the same.
pub async fn a_try_that_is_excused_does_not_count_and_its_job_is_claimed_at_its_time_and_not_before(
    stores: Stores,
) {
    stores.given(asked([job(&source(), None)])).await;
    let mut claimed = claim_one(&stores, NOW).await;
    assert_eq!((claimed.excused, claimed.tried()), (0, 1));
    for times in 1..=2 {
        let at = NOW.plus(LEASE * (10 * times));
        assert!(stores.queue.excuse(claimed.lease, at, "it's \"down\"").await.unwrap());
        assert_powerless(&stores, claimed.lease).await;
        assert_eq!(claim(&stores, at.minus(MOMENT), 10).await, []);
        claimed = claim_one(&stores, at).await;
        assert_eq!((claimed.lease.attempt, claimed.excused, claimed.tried()), (times + 1, times, 1));
    }
    let at = NOW.plus(LEASE * 30);
    assert!(stores.queue.put_off(claimed.lease, at, "it failed").await.unwrap());
    assert_eq!(claim_one(&stores, at).await.tried(), 2);
}

/// A buried job is never claimed, and counted.
pub async fn a_buried_job_is_never_claimed(stores: Stores) {
    stores.given(asked([job(&source(), None)])).await;
    let lease = claim_one(&stores, NOW).await.lease;
    assert!(stores.queue.bury(lease, NOW, "no handler").await.unwrap());
    assert_eq!(claim(&stores, Timestamp::MAX.minus(LEASE), 10).await, []);
    assert_eq!(stores.queue.state(NOW).await.unwrap(), WorkState { buried: 1, ..WorkState::default() });
}

/// A worker that was believed dead can neither keep, give back, give up nor finish what another took over.
pub async fn a_lease_that_was_taken_over_changes_nothing(stores: Stores) {
    stores.given(asked([job(&source(), None)])).await;
    let late = claim_one(&stores, NOW).await.lease;
    let now = NOW.plus(LEASE);
    let held = claim_one(&stores, now).await.lease;
    assert_powerless(&stores, late).await;
    assert_eq!(claim(&stores, now.plus(LEASE).minus(MOMENT), 10).await, []);
    stores.given(Commit::new().finish(held)).await;
}

/// A lease ends with giving the job back or up; so does its right.
pub async fn a_lease_that_was_given_back_changes_nothing(stores: Stores) {
    let source = source();
    stores.given(asked([job(&source, None)])).await;
    let lease = claim_one(&stores, NOW).await.lease;
    let at = NOW.plus(LEASE * 2);
    assert!(stores.queue.put_off(lease, at, "later").await.unwrap());
    assert_powerless(&stores, lease).await;
    let lease = claim_one(&stores, at).await.lease;
    assert!(stores.queue.bury(lease, at, "never").await.unwrap());
    assert_powerless(&stores, lease).await;
    assert_powerless(&stores, saaskit_kernel::Lease { job: source.id(), attempt: 1 }).await;
}

async fn assert_powerless(stores: &Stores, lease: saaskit_kernel::Lease) {
    assert!(!stores.queue.renew(lease, Timestamp::MAX).await.unwrap());
    assert!(!stores.queue.put_off(lease, NOW, "late").await.unwrap());
    assert!(!stores.queue.excuse(lease, NOW, "late").await.unwrap());
    assert!(!stores.queue.bury(lease, NOW, "late").await.unwrap());
    let finished = stores.commit(Commit::new().finish(lease)).await;
    assert_answer!(finished, Err(CommitError::Refused(Guard::LEASE)));
}

/// The state counts what is claimable at that time, claimed since or not, what waits, and what was given up.
pub async fn the_state_counts_what_there_is(stores: Stores) {
    let source = source();
    assert_eq!(stores.queue.state(NOW).await.unwrap(), WorkState::default());
    let at = |seconds| Job { due_at: NOW.minus(Duration::from_secs(seconds)), ..job(&source, None) };
    let later = Job { due_at: NOW.plus(LEASE * 9), ..job(&source, None) };
    stores.given(asked([40, 30, 20, 0].map(at)).enqueue(later)).await;
    let oldest = claim(&stores, NOW, 2).await;
    assert!(stores.queue.bury(oldest[0].lease, NOW, "no").await.unwrap());
    let state =
        WorkState { ready: 2, waiting: 2, buried: 1, oldest_ready: Some(NOW.minus(Duration::from_secs(20))) };
    assert_eq!(stores.queue.state(NOW).await.unwrap(), state);
    let state = WorkState { ready: 4, waiting: 0, ..state };
    assert_eq!(stores.queue.state(NOW.plus(LEASE * 9)).await.unwrap(), state);
}
