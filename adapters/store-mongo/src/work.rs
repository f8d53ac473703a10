//! The queue. `ready` jobs can be claimed now; all others come back at `next_at`, woken by the next claim.

use std::sync::PoisonError;

use async_trait::async_trait;
use bson::oid::ObjectId;
use bson::{Bson, Document, doc};
use saaskit_kernel::{Claimed, Job, Lease, PortError, Timestamp, WorkQueue, WorkState};
use uuid::Uuid;

use crate::row::{self, Row};
use crate::tx::{self, Tx};
use crate::{Failure, MongoStore};

mod held;

pub(crate) use held::Held;

const JOBS: &str = "work_jobs";

/// One statement for all of them.
pub(crate) async fn insert(tx: &mut Tx<'_>, jobs: &[Job]) -> Result<(), Failure> {
    tx.insert_all(JOBS, jobs.iter().map(job_row).collect()).await
}

fn job_row(job: &Job) -> Document {
    doc! {
        "_id": row::id(job.id),
        "tenant_id": row::maybe_id(job.tenant),
        // Whose turn it is counted as; jobs of no tenant share one.
        "lane": row::uuid(job.tenant.map_or(Uuid::nil(), |tenant| tenant.uuid())),
        "kind": job.kind.as_str(),
        "payload": row::json(&job.payload),
        "due_at": row::time(job.due_at),
        "next_at": row::time(job.due_at),
        "ready": false,
        "leased": false,
        "attempt": 0_i64,
        "excused": 0_i64,
    }
}

/// Whether the lease was still held.
pub(crate) async fn finish(tx: &mut Tx<'_>, lease: Lease) -> Result<bool, Failure> {
    Ok(tx.delete(JOBS, leased(lease)).await? > 0)
}

/// The job of a lease, as long as it is held.
fn leased(lease: Lease) -> Document {
    doc! { "_id": row::id(lease.job), "attempt": i64::from(lease.attempt), "leased": true }
}

/// Jobs to claim, `most` at most: one of each lane in turn, the lanes from the one after `cursor` on, once around.
/// The lanes are found by skipping through their index.
fn candidates(cursor: Uuid, free: &Document, most: u32) -> Vec<Document> {
    let mut ready = doc! { "ready": true, "$expr": { "$eq": ["$lane", "$$lane"] } };
    ready.extend(free.clone());
    let of_lane = vec![
        doc! { "$match": ready },
        doc! { "$sort": { "next_at": 1, "_id": 1 } },
        doc! { "$limit": i64::from(most) },
        doc! { "$project": { "_id": 1 } },
    ];
    vec![
        doc! { "$match": { "ready": true } },
        doc! { "$group": { "_id": "$lane" } },
        doc! { "$set": { "served": { "$lte": ["$_id", row::uuid(cursor)] } } },
        doc! { "$sort": { "served": 1, "_id": 1 } },
        doc! { "$limit": i64::from(most) },
        doc! { "$lookup": { "from": JOBS, "let": { "lane": "$_id" }, "pipeline": of_lane, "as": "jobs" } },
        doc! { "$unwind": { "path": "$jobs", "includeArrayIndex": "turn" } },
        doc! { "$sort": { "turn": 1, "served": 1, "_id": 1 } },
        doc! { "$limit": i64::from(most) },
        doc! { "$project": { "_id": "$jobs._id" } },
    ]
}

#[async_trait]
impl WorkQueue for MongoStore {
    async fn claim(&self, now: Timestamp, until: Timestamp, limit: u32) -> Result<Vec<Claimed>, PortError> {
        const TRIES: u32 = 3;
        self.wake(now).await?;
        for _ in 0..TRIES {
            let candidates = candidates(self.cursor(), &self.0.held.others(), limit);
            let rows = self.aggregate(JOBS, candidates).await?;
            let ids: Vec<Bson> = rows.into_iter().filter_map(|mut row| row.remove("_id")).collect();
            if ids.is_empty() {
                break;
            }
            let taken = self.take(ids, until, limit).await?;
            if !taken.is_empty() {
                return self.claimed(&taken);
            }
        }
        Ok(Vec::new())
    }

    async fn renew(&self, lease: Lease, until: Timestamp) -> Result<bool, PortError> {
        self.change(JOBS, leased(lease), tx::set(doc! { "next_at": row::time(until) })).await
    }

    async fn put_off(&self, lease: Lease, at: Timestamp, why: &str) -> Result<bool, PortError> {
        let fields = doc! { "leased": false, "next_at": row::time(at), "why": why };
        self.change(JOBS, leased(lease), tx::set(fields)).await
    }

    async fn excuse(&self, lease: Lease, at: Timestamp, why: &str) -> Result<bool, PortError> {
        let mut update = tx::set(doc! { "leased": false, "next_at": row::time(at), "why": why });
        update.insert("$inc", doc! { "excused": 1_i64 });
        self.change(JOBS, leased(lease), update).await
    }

    async fn bury(&self, lease: Lease, at: Timestamp, why: &str) -> Result<bool, PortError> {
        let fields = doc! { "leased": false, "buried_at": row::time(at), "why": why };
        self.change(JOBS, leased(lease), tx::set(fields)).await
    }

    async fn state(&self, now: Timestamp) -> Result<WorkState, PortError> {
        let buried = doc! { "$gt": ["$buried_at", null] };
        let due = doc! { "$lte": ["$next_at", row::time(now)] };
        let ready = doc! { "$and": [{ "$not": [buried.clone()] }, due.clone()] };
        let waiting = doc! { "$and": [{ "$not": [buried.clone()] }, { "$not": [due] }] };
        let count = |of: Document| doc! { "$sum": { "$cond": [of, 1_i64, 0_i64] } };
        let group = doc! { "$group": {
            "_id": null,
            "ready": count(ready.clone()),
            "waiting": count(waiting),
            "buried": count(buried),
            "oldest_ready": { "$min": { "$cond": [ready, "$next_at", null] } },
        } };
        let rows = self.aggregate(JOBS, vec![group]).await?;
        let Some(row) = rows.first() else { return Ok(WorkState::default()) };
        Ok(WorkState {
            ready: row.number("ready")?,
            waiting: row.number("waiting")?,
            buried: row.number("buried")?,
            oldest_ready: row.maybe_at("oldest_ready")?,
        })
    }
}

impl MongoStore {
    /// Makes due jobs claimable, and those whose lease ended. What was woken stays so if it takes too long for all. Who
    /// held a lease that ended may have died in the middle of the commit that finishes the job.
    async fn wake(&self, now: Timestamp) -> Result<(), PortError> {
        let due = doc! { "$lte": row::time(now) };
        let asleep =
            |leased: bool| doc! { "ready": false, "leased": leased, "buried_at": null, "next_at": &due };
        let wake = doc! { "$set": { "ready": true, "leased": false } };
        let waking = self.change_jobs(asleep(false), &wake);
        let ended = Box::pin(self.change_free_jobs(asleep(true), &wake));
        tokio::try_join!(waking, ended).map(drop)
    }

    /// Leases those that nobody took meanwhile. They are found again by a token, so that a repeated statement takes
    /// nothing twice.
    async fn take(&self, ids: Vec<Bson>, until: Timestamp, most: u32) -> Result<Vec<Document>, PortError> {
        let token = ObjectId::new();
        let free = doc! { "_id": { "$in": &ids }, "ready": true };
        let lease = doc! {
            "$set": { "ready": false, "leased": true, "next_at": row::time(until), "lease": token },
            "$inc": { "attempt": 1_i64 },
        };
        self.change_jobs(free, &lease).await?;
        let mine = doc! { "_id": { "$in": ids }, "lease": token };
        self.all(JOBS, mine, doc! { "due_at": 1, "_id": 1 }, most).await
    }

    fn claimed(&self, rows: &[Document]) -> Result<Vec<Claimed>, PortError> {
        let lanes = rows.iter().map(|row| row.uuid("lane")).collect::<Result<Vec<_>, _>>()?;
        self.served(&lanes);
        rows.iter().map(claimed).collect()
    }

    fn cursor(&self) -> Uuid {
        *self.0.cursor.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Goes on after the last lane served, in circular order.
    fn served(&self, lanes: &[Uuid]) {
        let mut cursor = self.0.cursor.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = lanes.iter().max_by_key(|lane| (**lane <= *cursor, **lane)) {
            *cursor = *last;
        }
    }
}

fn claimed(row: &Document) -> Result<Claimed, PortError> {
    let job = Job {
        id: row.id("_id")?,
        kind: row.text("kind")?.to_owned(),
        tenant: row.maybe_id("tenant_id")?,
        payload: row.json("payload")?,
        due_at: row.at("due_at")?,
    };
    let lease = Lease { job: job.id, attempt: row.number("attempt")? };
    Ok(Claimed { job, lease, excused: row.number("excused")? })
}
