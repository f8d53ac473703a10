use std::fmt;

use async_trait::async_trait;

use crate::{Job, JobId, PortError, Timestamp};

/// The right to do a job: nobody else has it until it ends. It is one try of one job, so a worker that was
/// believed dead can't finish what another took over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lease {
    /// The job.
    pub job: JobId,
    /// Which try this is, from 1.
    pub attempt: u32,
}

/// A job taken to be done.
#[derive(Debug, Clone, PartialEq)]
pub struct Claimed {
    /// The job.
    pub job: Job,
    /// The right to do it.
    pub lease: Lease,
    /// How many of its tries so far do not count.
    pub excused: u32,
}

impl Claimed {
    /// Which try that counts this is, from 1.
    pub fn tried(&self) -> u32 {
        self.lease.attempt.saturating_sub(self.excused)
    }
}

/// How much work there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WorkState {
    /// Claimable now.
    pub ready: u64,
    /// Leased, waiting for another try, or due later.
    pub waiting: u64,
    /// Given up on.
    pub buried: u64,
    /// When the oldest ready job became due.
    pub oldest_ready: Option<Timestamp>,
}

/// Where jobs wait. They get in by a [`crate::Commit`] and out by the commit of their handler.
///
/// # Contract
///
/// - A job is claimable once its commit is visible and it is due, not before.
/// - Concurrent claims never share a job.
/// - A lease that ends unfinished makes the job claimable again from that instant on, as its next attempt.
/// - Claims are fair between tenants: a tenant with few jobs does not wait for one with many.
/// - A finished job is never claimed again.
/// - A job put off or excused is claimed at its time, not before; a buried one never.
/// - A try that is excused does not count.
/// - Renewing, putting off, excusing and burying by a lease that is not held any more change nothing and answer `false`.
#[async_trait]
pub trait WorkQueue: fmt::Debug + Send + Sync + 'static {
    /// Takes at most `limit` jobs that are due, leased until `until`.
    async fn claim(&self, now: Timestamp, until: Timestamp, limit: u32) -> Result<Vec<Claimed>, PortError>;

    /// Keeps a lease until `until`; `false` if it is not held any more.
    async fn renew(&self, lease: Lease, until: Timestamp) -> Result<bool, PortError>;

    /// Gives a job back, to be tried again at `at`; `false` if the lease is not held any more.
    async fn put_off(&self, lease: Lease, at: Timestamp, why: &str) -> Result<bool, PortError>;

    /// The same, and the try does not count: nothing was tried.
    async fn excuse(&self, lease: Lease, at: Timestamp, why: &str) -> Result<bool, PortError>;

    /// Gives a job up, to be looked at by a person; `false` if the lease is not held any more.
    async fn bury(&self, lease: Lease, at: Timestamp, why: &str) -> Result<bool, PortError>;

    /// How much there is at that time.
    async fn state(&self, now: Timestamp) -> Result<WorkState, PortError>;
}
