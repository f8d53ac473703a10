//! The queue. `ready` jobs can be claimed now; all others come back at `next_at`, woken by the next claim.

use async_trait::async_trait;
use saaskit_kernel::{Claimed, Job, Lease, PortError, Timestamp, WorkQueue, WorkState};
use serde_json::{Value, json};
use sqlx::types::{Json, Uuid};

use super::engine::{self, At, sql};
use super::row::Columns;
use super::{Conn, Row, Store};
use crate::Failure;

/// One statement for all of them.
pub(super) async fn insert(conn: &mut Conn, jobs: &[Job]) -> Result<(), Failure> {
    if jobs.is_empty() {
        return Ok(());
    }
    let rows: Vec<Value> = jobs.iter().map(job_row).collect();
    let insert = sql(concat!(
        "INSERT INTO work_jobs (id, tenant_id, kind, payload, due_at, next_at) SELECT ",
        members!(uuid "id", uuid "tenant", text "kind", json "payload", time "due_at", time "due_at"),
        each!()
    ));
    insert.bind(Json(rows)).execute(conn).await?;
    Ok(())
}

fn job_row(job: &Job) -> Value {
    json!({
        "id": job.id.uuid().to_string(),
        "tenant": job.tenant.map(|tenant| tenant.uuid().to_string()),
        "kind": job.kind,
        "payload": job.payload,
        "due_at": engine::moment(job.due_at),
    })
}

/// Whether the lease was still held.
pub(super) async fn finish(conn: &mut Conn, lease: Lease) -> Result<bool, Failure> {
    let done =
        held("DELETE FROM work_jobs WHERE id = $1 AND attempt = $2 AND leased", lease).execute(conn).await?;
    Ok(done.rows_affected() > 0)
}

/// A statement on the job of a lease, as long as it is held.
fn held(text: &'static str, lease: Lease) -> engine::Query {
    sql(text).bind(lease.job.uuid()).bind(i64::from(lease.attempt))
}

/// Makes due jobs claimable, and those whose lease ended. Ten thousand at once, so that a claim stays short.
const WAKE: &str = concat!(
    "UPDATE work_jobs SET ready = true, leased = false WHERE id ",
    any_of!(
        "SELECT id FROM work_jobs WHERE NOT ready AND buried_at IS NULL AND next_at <= $1 ORDER BY next_at LIMIT 10000",
        skip_locked!()
    )
);

/// The lanes that have work, from the one after `$3` on, once around, at most `$2`; then the engine's own claim of
/// `$2` jobs from them.
const CLAIM: &str = concat!(
    "WITH RECURSIVE walk (lane, first, n) AS (
       SELECT t, t, 1 FROM (SELECT coalesce(
           (SELECT lane FROM work_jobs WHERE ready AND lane > $3 ORDER BY lane LIMIT 1),
           (SELECT lane FROM work_jobs WHERE ready ORDER BY lane LIMIT 1)) AS t) s WHERE t IS NOT NULL
       UNION ALL
       SELECT coalesce(
           (SELECT lane FROM work_jobs WHERE ready AND lane > walk.lane ORDER BY lane LIMIT 1),
           (SELECT lane FROM work_jobs WHERE ready ORDER BY lane LIMIT 1)), first, n + 1
       FROM walk WHERE n < $2 AND (n = 1 OR lane <> first)
     ), lanes (lane) AS (SELECT lane FROM walk WHERE n = 1 OR lane <> first)",
    claim_of_lanes!(),
    " RETURNING id, tenant_id, lane, kind, payload, due_at, attempt, excused"
);

#[async_trait]
impl WorkQueue for Store {
    async fn claim(&self, now: Timestamp, until: Timestamp, limit: u32) -> Result<Vec<Claimed>, PortError> {
        let pool = self.0.pools.work();
        self.changed(pool, || sql(WAKE).bind(At(now))).await?;
        let claim = || sql(CLAIM).bind(At(until)).bind(i64::from(limit)).bind(self.cursor());
        let rows = self.all(pool, claim).await?;
        let lanes = rows.iter().map(|row| row.get("lane")).collect::<Result<Vec<Uuid>, _>>()?;
        self.served(&lanes);
        let mut claimed = rows.iter().map(claimed).collect::<Result<Vec<_>, _>>()?;
        claimed.sort_by_key(|claimed| (claimed.job.due_at, claimed.job.id));
        Ok(claimed)
    }

    async fn renew(&self, lease: Lease, until: Timestamp) -> Result<bool, PortError> {
        let text = "UPDATE work_jobs SET next_at = $3 WHERE id = $1 AND attempt = $2 AND leased";
        self.changed(self.0.pools.work(), || held(text, lease).bind(At(until))).await
    }

    async fn put_off(&self, lease: Lease, at: Timestamp, why: &str) -> Result<bool, PortError> {
        let text = "UPDATE work_jobs SET leased = false, next_at = $3, why = $4
                    WHERE id = $1 AND attempt = $2 AND leased";
        self.changed(self.0.pools.work(), || held(text, lease).bind(At(at)).bind(printable(why))).await
    }

    async fn excuse(&self, lease: Lease, at: Timestamp, why: &str) -> Result<bool, PortError> {
        let text = "UPDATE work_jobs SET leased = false, next_at = $3, why = $4, excused = excused + 1
                    WHERE id = $1 AND attempt = $2 AND leased";
        self.changed(self.0.pools.work(), || held(text, lease).bind(At(at)).bind(printable(why))).await
    }

    async fn bury(&self, lease: Lease, at: Timestamp, why: &str) -> Result<bool, PortError> {
        let text = "UPDATE work_jobs SET leased = false, buried_at = $3, why = $4
                    WHERE id = $1 AND attempt = $2 AND leased";
        self.changed(self.0.pools.work(), || held(text, lease).bind(At(at)).bind(printable(why))).await
    }

    async fn state(&self, now: Timestamp) -> Result<WorkState, PortError> {
        let text = "SELECT count(*) FILTER (WHERE buried_at IS NULL AND next_at <= $1) AS ready,
                           count(*) FILTER (WHERE buried_at IS NULL AND next_at > $1) AS waiting,
                           count(*) FILTER (WHERE buried_at IS NOT NULL) AS buried,
                           min(next_at) FILTER (WHERE buried_at IS NULL AND next_at <= $1) AS oldest_ready
                    FROM work_jobs";
        let Some(row) = self.one(self.0.pools.system(), || sql(text).bind(At(now))).await? else {
            return Ok(WorkState::default());
        };
        Ok(WorkState {
            ready: row.number("ready")?,
            waiting: row.number("waiting")?,
            buried: row.number("buried")?,
            oldest_ready: row.maybe_at("oldest_ready")?,
        })
    }
}

impl Store {
    fn cursor(&self) -> Uuid {
        *self.0.cursor.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Goes on after the last lane served, in circular order.
    fn served(&self, lanes: &[Uuid]) {
        let mut cursor = self.0.cursor.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(last) = lanes.iter().max_by_key(|lane| (**lane <= *cursor, **lane)) {
            *cursor = *last;
        }
    }
}

fn claimed(row: &Row) -> Result<Claimed, PortError> {
    let job = Job {
        id: row.id("id")?,
        kind: row.get("kind")?,
        tenant: row.maybe_id("tenant_id")?,
        payload: row.get::<Json<Value>>("payload")?.0,
        due_at: row.at("due_at")?,
    };
    let lease = Lease { job: job.id, attempt: row.number("attempt")? };
    Ok(Claimed { job, lease, excused: row.number("excused")? })
}

/// No text column takes a NUL.
fn printable(why: &str) -> String {
    why.replace('\0', "\u{fffd}")
}
