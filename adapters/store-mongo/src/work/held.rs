//! Jobs that a transaction of somebody else holds, as that of a node that was killed in the middle of a commit until
//! the server ends it. Whoever writes to such a job outside of a transaction waits for that; inside of one he is told
//! at once. Nobody is to wait, so these are found one by one and passed over for a while.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bson::{Bson, Document, doc};
use saaskit_kernel::{ErrorKind, PortError};
use tokio::time::{Instant, timeout};
use uuid::Uuid;

use super::JOBS;
use crate::MongoStore;
use crate::commit::abort;
use crate::failure::{is_conflict, port};
use crate::row::{self, Row};
use crate::store::late;

/// The jobs that were held when they were looked at last.
#[derive(Debug, Default)]
pub(crate) struct Held(Mutex<HashMap<Uuid, Instant>>);

impl Held {
    /// How long a job is passed over before it is tried again.
    const REST: Duration = Duration::from_secs(5);
    /// Jobs that are kept in mind.
    const MOST: usize = 1000;

    /// A filter of all jobs but those that are passed over now; it asks for nothing where there are none.
    pub(super) fn others(&self) -> Document {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|_, since| since.elapsed() < Self::REST);
        let ids: Vec<Bson> = held.keys().copied().map(row::uuid).collect();
        if ids.is_empty() {
            Document::new()
        } else {
            doc! { "_id": { "$nin": ids } }
        }
    }

    fn add(&self, job: Uuid) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() < Self::MOST {
            held.insert(job, Instant::now());
        }
    }
}

impl MongoStore {
    /// Changes the jobs that fit. If that waits for one that is held, the rest is changed without it.
    pub(super) async fn change_jobs(&self, fits: Document, update: &Document) -> Result<(), PortError> {
        let others = self.others_of(fits.clone());
        match self.change_all(JOBS, others, update.clone()).await {
            Err(error) if error.kind() == ErrorKind::TimedOut => self.change_free_jobs(fits, update).await,
            changed => changed,
        }
    }

    /// Changes the jobs that fit, some of which are likely to be held, but for those: all in one transaction or, where
    /// one of them is held, half of them and the other half.
    pub(super) async fn change_free_jobs(&self, fits: Document, update: &Document) -> Result<(), PortError> {
        /// Jobs at once; the others have their turn at the next claim.
        const MOST: u32 = 100;
        let fits = self.others_of(fits);
        let found = self.all(JOBS, fits.clone(), doc! { "next_at": 1 }, MOST).await?;
        let found = found.iter().map(|job| job.uuid("_id")).collect::<Result<Vec<_>, _>>()?;
        let mut groups = vec![found];
        while let Some(mut group) = groups.pop() {
            let is_free = group.is_empty() || self.change_together(&group, &fits, update).await?;
            match *group.as_slice() {
                _ if is_free => {}
                [job] => self.0.held.add(job),
                _ => {
                    let half = group.split_off(group.len() / 2);
                    groups.extend([half, group]);
                }
            }
        }
        Ok(())
    }

    fn others_of(&self, fits: Document) -> Document {
        let others = self.0.held.others();
        if others.is_empty() {
            fits
        } else {
            doc! { "$and": [fits, others] }
        }
    }

    /// Changes those of the group that still fit, or none of them where one is held.
    async fn change_together(
        &self,
        group: &[Uuid],
        fits: &Document,
        update: &Document,
    ) -> Result<bool, PortError> {
        let group: Vec<Bson> = group.iter().copied().map(row::uuid).collect();
        let fits = doc! { "$and": [{ "_id": { "$in": group } }, fits] };
        let changing = timeout(self.0.config.limit(), self.change_in_transaction(fits, update));
        match changing.await.map_err(|_| late())? {
            Ok(()) => Ok(true),
            Err(error) if is_conflict(&error) => Ok(false),
            Err(error) => Err(port(error)),
        }
    }

    async fn change_in_transaction(
        &self,
        fits: Document,
        update: &Document,
    ) -> Result<(), mongodb::error::Error> {
        let mut session = self.start().await?;
        let jobs = self.collection(JOBS);
        let changed = jobs.update_many(fits, update.clone()).session(&mut session).await;
        if let Err(error) = changed {
            abort(&mut session).await;
            return Err(error);
        }
        session.commit_transaction().await
    }
}
