//! How a commit is applied: one short transaction, in the prepared order.

use std::time::Duration;

use mongodb::ClientSession;
use mongodb::error::{Error, TRANSIENT_TRANSACTION_ERROR, UNKNOWN_TRANSACTION_COMMIT_RESULT};
use mongodb::options::{ReadConcern, ReadPreference, SelectionCriteria};
use saaskit_kernel::{Commit, CommitError, Guard, Lease, Misuse, Prepared, Write};
use tokio::time::{Instant, timeout, timeout_at};

use crate::domain::{Apply, DOMAINS};
use crate::retries::Retries;
use crate::store::late;
use crate::tx::Tx;
use crate::{Failure, MongoStore, WriteHandler, failure, log, signal, work};

/// A checked commit, each write with who applies it.
struct Plan<'a> {
    prepared: &'a Prepared,
    own: Vec<&'a dyn Apply>,
    foreign: Vec<(&'a dyn WriteHandler, &'a Write)>,
}

impl MongoStore {
    pub(crate) async fn commit_with_retries(&self, commit: Commit) -> Result<(), CommitError> {
        let prepared = commit.prepare(&self.0.subscriptions)?;
        let plan = self.plan(&prepared)?;
        let end = Instant::now() + self.0.config.limit();
        let mut retries = Retries::of_a_commit();
        let outcome = loop {
            match self.attempt(&plan, end).await {
                Err(cause) if cause.is_passing() && Instant::now() < end && retries.again(&cause).await => {}
                outcome => break outcome,
            }
        };
        outcome.map_err(Failure::explain)
    }

    pub(crate) async fn apply_within(
        &self,
        session: &mut ClientSession,
        commit: Commit,
    ) -> Result<(), CommitError> {
        let prepared = commit.prepare(&self.0.subscriptions)?;
        let plan = self.plan(&prepared)?;
        let mut tx = Tx { database: &self.0.database, session: &mut *session };
        let applied = timeout(self.0.config.limit(), plan.apply(&mut tx)).await;
        let applied = applied.unwrap_or_else(|_| Err(late().into()));
        if applied.is_err() {
            abort(session).await;
        }
        applied.map_err(Failure::explain)
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

    /// A transaction of one moment: nothing is read in it that may be taken back, and who writes what another wrote
    /// since then is told so.
    pub(crate) async fn start(&self) -> Result<ClientSession, Error> {
        let mut session = self.0.client.start_session().await?;
        let start = session.start_transaction().read_concern(ReadConcern::snapshot());
        let start = start.write_concern(self.0.config.majority());
        start.selection_criteria(SelectionCriteria::ReadPreference(ReadPreference::Primary)).await?;
        Ok(session)
    }

    async fn attempt(&self, plan: &Plan<'_>, end: Instant) -> Result<(), Failure> {
        let mut session = self.0.reach.ask(self.begin_with(plan, end)).await?;
        self.0.reach.end::<_, Failure>(self.finish(&mut session)).await?
    }

    /// A transaction in which everything is applied; dropped, nothing was.
    async fn begin_with(&self, plan: &Plan<'_>, end: Instant) -> Result<ClientSession, Failure> {
        let beginning = timeout_at(end, self.start()).await;
        let mut session = beginning.map_err(|_| Failure::from(late()))??;
        let mut tx = Tx { database: &self.0.database, session: &mut session };
        let applied = timeout_at(end, plan.apply(&mut tx)).await;
        if let Err(failure) = applied.unwrap_or_else(|_| Err(late().into())) {
            abort(&mut session).await;
            return Err(failure);
        }
        Ok(session)
    }

    /// Commits. Whoever got no answer asks for the same commit again, and for nothing else.
    async fn finish(&self, session: &mut ClientSession) -> Result<(), Failure> {
        let mut retries = Retries::of_a_question();
        let committing = async {
            loop {
                match session.commit_transaction().await {
                    Err(cause) if is_unanswered(&cause) => {
                        if !retries.again(&cause).await {
                            return Err(CommitError::Unknown.into());
                        }
                    }
                    answer => return answer.map_err(Failure::from),
                }
            }
        };
        let answer = timeout(self.0.config.limit(), committing).await;
        answer.unwrap_or_else(|_| Err(CommitError::Unknown.into()))
    }
}

/// Whether a commit may have been applied all the same.
fn is_unanswered(cause: &Error) -> bool {
    let undone = cause.contains_label(TRANSIENT_TRANSACTION_ERROR);
    cause.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) || (failure::is_lost(cause) && !undone)
}

/// A transaction that can't be aborted is so when its time is over.
pub(crate) async fn abort(session: &mut ClientSession) {
    const PATIENCE: Duration = Duration::from_secs(2);
    if let Ok(Err(error)) = timeout(PATIENCE, session.abort_transaction()).await {
        tracing::warn!(error = %failure::port(error), "a transaction could not be aborted");
    }
}

impl Plan<'_> {
    async fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Failure> {
        if let Some(lease) = self.prepared.finish {
            finish(tx, lease).await?;
        }
        for write in &self.own {
            write.apply(tx).await?;
        }
        work::insert(tx, &self.prepared.jobs).await?;
        log::insert_events(tx, &self.prepared.events).await?;
        log::insert_audit(tx, &self.prepared.audit).await?;
        signal::insert(tx, &self.prepared.signals).await?;
        for (handler, write) in &self.foreign {
            handler.apply(tx.database, tx.session, write).await?;
        }
        Ok(())
    }
}

async fn finish(tx: &mut Tx<'_>, lease: Lease) -> Result<(), Failure> {
    if work::finish(tx, lease).await? { Ok(()) } else { Err(CommitError::Refused(Guard::LEASE).into()) }
}

/// A save that found nothing met another version.
pub(crate) fn saved(found: bool) -> Result<(), Failure> {
    if found { Ok(()) } else { Err(CommitError::Stale.into()) }
}
