use std::collections::BTreeMap;

use async_trait::async_trait;
use saaskit_kernel::{
    Claimed, CommitError, Guard, Job, JobId, Lease, PortError, TenantId, Timestamp, WorkQueue, WorkState,
};

use crate::MemoryStore;
use crate::store::{bug, insert_new};

/// The jobs there are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Work {
    jobs: BTreeMap<JobId, Queued>,
    served: Lane,
}

/// Whose turn it is: each tenant has a lane, and so have the jobs of none.
type Lane = Option<TenantId>;

#[derive(Debug, Clone)]
struct Queued {
    job: Job,
    attempt: u32,
    excused: u32,
    standing: Standing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Claimable from then on.
    Waiting(Timestamp),
    /// Held until then, and claimable from then on.
    Leased(Timestamp),
    /// Given up.
    Buried,
}

impl Queued {
    fn due_at(&self) -> Option<Timestamp> {
        match self.standing {
            Standing::Waiting(at) | Standing::Leased(at) => Some(at),
            Standing::Buried => None,
        }
    }
}

impl Work {
    pub(crate) fn add(&mut self, job: Job) -> Result<(), CommitError> {
        let queued = Queued { attempt: 0, excused: 0, standing: Standing::Waiting(job.due_at), job };
        insert_new(&mut self.jobs, queued.job.id, queued).map_err(|_known| bug("a job of a known id"))
    }

    pub(crate) fn finish(&mut self, lease: Lease) -> Result<(), CommitError> {
        self.held(lease).ok_or(CommitError::Refused(Guard::LEASE))?;
        self.jobs.remove(&lease.job);
        Ok(())
    }

    /// The job of a lease that nobody took over and that was not given back.
    fn held(&mut self, lease: Lease) -> Option<&mut Queued> {
        let queued = self.jobs.get_mut(&lease.job)?;
        let held = queued.attempt == lease.attempt && matches!(queued.standing, Standing::Leased(_));
        held.then_some(queued)
    }

    fn stand(&mut self, lease: Lease, standing: Standing) -> bool {
        self.held(lease).map(|queued| queued.standing = standing).is_some()
    }

    fn excuse(&mut self, lease: Lease, at: Timestamp) -> bool {
        let excused = self.held(lease).map(|queued| {
            queued.excused += 1;
            queued.standing = Standing::Waiting(at);
        });
        excused.is_some()
    }

    /// The jobs that are next: every lane's oldest, then every lane's second, from the lane on that follows the
    /// one served last.
    fn next(&self, now: Timestamp, limit: u32) -> Vec<JobId> {
        let mut due: Vec<_> = self
            .jobs
            .values()
            .filter_map(|queued| queued.due_at().filter(|at| *at <= now).map(|at| (at, &queued.job)))
            .collect();
        due.sort_by_key(|(at, job)| (*at, job.id));
        let mut turns: BTreeMap<Lane, u32> = BTreeMap::new();
        let mut ranked: Vec<_> = due
            .into_iter()
            .map(|(_, job)| {
                let turn = turns.entry(job.tenant).or_default();
                *turn += 1;
                (*turn, job.tenant <= self.served, job.tenant, job.id)
            })
            .collect();
        ranked.sort();
        ranked.into_iter().map(|(.., id)| id).take(limit as usize).collect()
    }

    fn lease(&mut self, id: JobId, until: Timestamp) -> Option<Claimed> {
        let queued = self.jobs.get_mut(&id)?;
        queued.attempt += 1;
        queued.standing = Standing::Leased(until);
        self.served = queued.job.tenant;
        let lease = Lease { job: id, attempt: queued.attempt };
        Some(Claimed { job: queued.job.clone(), lease, excused: queued.excused })
    }

    fn state(&self, now: Timestamp) -> WorkState {
        let mut state = WorkState::default();
        for queued in self.jobs.values() {
            match queued.due_at() {
                None => state.buried += 1,
                Some(at) if at <= now => {
                    state.ready += 1;
                    state.oldest_ready = Some(state.oldest_ready.map_or(at, |oldest| oldest.min(at)));
                }
                Some(_) => state.waiting += 1,
            }
        }
        state
    }
}

#[async_trait]
impl WorkQueue for MemoryStore {
    async fn claim(&self, now: Timestamp, until: Timestamp, limit: u32) -> Result<Vec<Claimed>, PortError> {
        let work = &mut self.state().work;
        let next = work.next(now, limit);
        Ok(next.into_iter().filter_map(|id| work.lease(id, until)).collect())
    }

    async fn renew(&self, lease: Lease, until: Timestamp) -> Result<bool, PortError> {
        Ok(self.state().work.stand(lease, Standing::Leased(until)))
    }

    async fn put_off(&self, lease: Lease, at: Timestamp, _why: &str) -> Result<bool, PortError> {
        Ok(self.state().work.stand(lease, Standing::Waiting(at)))
    }

    async fn excuse(&self, lease: Lease, at: Timestamp, _why: &str) -> Result<bool, PortError> {
        Ok(self.state().work.excuse(lease, at))
    }

    async fn bury(&self, lease: Lease, _at: Timestamp, _why: &str) -> Result<bool, PortError> {
        Ok(self.state().work.stand(lease, Standing::Buried))
    }

    async fn state(&self, now: Timestamp) -> Result<WorkState, PortError> {
        Ok(self.state().work.state(now))
    }
}
