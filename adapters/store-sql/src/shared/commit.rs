//! How a commit is applied: one short transaction, in the prepared order.

use saaskit_kernel::{Commit, CommitError, ErrorKind, Guard, Lease, Misuse, Prepared, Write};
use sqlx::Acquire;
use tokio::time::timeout;

use super::domain::Apply;
use super::{Conn, DOMAINS, Retries, Store, WriteHandler, engine, error, log, signal, work};
use crate::Failure;

/// A checked commit, each write with who applies it.
struct Plan<'a> {
    prepared: &'a Prepared,
    own: Vec<&'a dyn Apply>,
    foreign: Vec<(&'a dyn WriteHandler, &'a Write)>,
}

impl Store {
    pub(super) async fn commit_with_retries(&self, commit: Commit) -> Result<(), CommitError> {
        let prepared = commit.prepare(&self.0.subscriptions)?;
        let plan = self.plan(&prepared)?;
        let mut retries = Retries::default();
        let outcome = loop {
            match self.attempt(&plan).await {
                Err(Failure::Sql(cause)) if retries.again(&cause).await => {}
                outcome => break outcome,
            }
        };
        outcome.map_err(|failure| error::explain(failure, &self.0.indexes))
    }

    pub(super) async fn apply_within(
        &self,
        tx: &mut sqlx::Transaction<'_, engine::Db>,
        commit: Commit,
    ) -> Result<(), CommitError> {
        let prepared = commit.prepare(&self.0.subscriptions)?;
        let plan = self.plan(&prepared)?;
        let applied = self.apply_in_savepoint(tx, &plan).await;
        applied.map_err(|failure| error::explain(failure, &self.0.indexes))
    }

    async fn apply_in_savepoint(
        &self,
        tx: &mut sqlx::Transaction<'_, engine::Db>,
        plan: &Plan<'_>,
    ) -> Result<(), Failure> {
        let mut savepoint = tx.begin().await?;
        let before = engine::Before::enter(&mut savepoint, plan.prepared.scope, &self.0.config).await?;
        plan.apply_own(&mut savepoint).await?;
        before.leave(&mut savepoint).await?;
        plan.apply_foreign(&mut savepoint).await?;
        Ok(savepoint.commit().await?)
    }

    /// Finds who applies each write, before anything is applied.
    fn plan<'a>(&'a self, prepared: &'a Prepared) -> Result<Plan<'a>, CommitError> {
        let mut plan = Plan { prepared, own: Vec::new(), foreign: Vec::new() };
        for write in &prepared.writes {
            let handler = || self.0.handlers.iter().find(|handler| handler.handles(write));
            if let Some(own) = DOMAINS.iter().find_map(|domain| (domain.write)(write)) {
                plan.own.push(own);
            } else if let Some(handler) = handler() {
                plan.foreign.push((handler.as_ref(), write));
            } else {
                return Err(Misuse::Unhandled.into());
            }
        }
        Ok(plan)
    }

    async fn attempt(&self, plan: &Plan<'_>) -> Result<(), Failure> {
        let tx = self.0.reach.ask(self.begin(plan)).await?;
        tx.commit(&self.0.pools, self.limit(), &self.0.reach).await
    }

    /// A transaction in which everything is applied; dropped, nothing was.
    async fn begin(&self, plan: &Plan<'_>) -> Result<engine::Tx, Failure> {
        let mut tx = engine::Tx::begin(&self.0.pools, plan.prepared.scope).await?;
        let late = || Err(engine::port_error(ErrorKind::TimedOut).into());
        let applied = timeout(self.limit(), plan.apply(tx.conn())).await;
        if let Err(failure) = applied.unwrap_or_else(|_| late()) {
            tx.rollback().await;
            return Err(failure);
        }
        Ok(tx)
    }
}

impl Plan<'_> {
    async fn apply(&self, conn: &mut Conn) -> Result<(), Failure> {
        self.apply_own(conn).await?;
        if self.foreign.is_empty() {
            return Ok(());
        }
        engine::hand_over(conn).await?;
        self.apply_foreign(conn).await?;
        Ok(engine::take_back(conn).await?)
    }

    async fn apply_own(&self, conn: &mut Conn) -> Result<(), Failure> {
        if let Some(lease) = self.prepared.finish {
            finish(conn, lease).await?;
        }
        for write in &self.own {
            write.apply(conn).await?;
        }
        work::insert(conn, &self.prepared.jobs).await?;
        log::insert_events(conn, &self.prepared.events).await?;
        log::insert_audit(conn, &self.prepared.audit).await?;
        signal::insert(conn, &self.prepared.signals).await
    }

    async fn apply_foreign(&self, conn: &mut Conn) -> Result<(), Failure> {
        for (handler, write) in &self.foreign {
            handler.apply(conn, write).await?;
        }
        Ok(())
    }
}

async fn finish(conn: &mut Conn, lease: Lease) -> Result<(), Failure> {
    if work::finish(conn, lease).await? { Ok(()) } else { Err(CommitError::Refused(Guard::LEASE).into()) }
}

/// A save that changed nothing met another version.
pub(super) fn saved(rows: u64) -> Result<(), Failure> {
    if rows == 1 { Ok(()) } else { Err(CommitError::Stale.into()) }
}
