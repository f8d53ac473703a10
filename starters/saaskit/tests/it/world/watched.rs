use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use saaskit_auth::port::{PasswordHasher, Verdict};
use saaskit_auth::{Password, PasswordHash};
use saaskit_kernel::{Commit, CommitError, PortError, Store};

/// What was done, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trace(Arc<Mutex<Vec<String>>>);

impl Trace {
    fn note(&self, what: String) {
        self.0.lock().unwrap().push(what);
    }

    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// Another store or hasher, with what is asked of it noted.
#[derive(Debug)]
pub(crate) struct Watched<P>(pub(super) P, pub(super) Trace);

#[async_trait]
impl Store for Watched<Arc<dyn Store>> {
    async fn commit(&self, commit: Commit) -> Result<(), CommitError> {
        let writes: Vec<_> = commit.writes().iter().map(|write| write.target().aggregate).collect();
        let jobs: Vec<_> =
            commit.jobs().iter().map(|job| (&job.kind, job.payload.to_string().len())).collect();
        let events: Vec<_> = commit.events().iter().map(|event| event.name).collect();
        let audit: Vec<_> = commit.audit().iter().map(|entry| (entry.action.name, entry.outcome)).collect();
        let signals = commit.signals().len();
        self.1.note(format!("{writes:?} {jobs:?} {events:?} {audit:?} {signals}"));
        self.0.commit(commit).await
    }

    async fn ping(&self) -> Result<(), PortError> {
        self.0.ping().await
    }
}

#[async_trait]
impl PasswordHasher for Watched<Arc<dyn PasswordHasher>> {
    async fn hash(&self, password: &Password) -> Result<PasswordHash, PortError> {
        self.1.note("hash".to_owned());
        self.0.hash(password).await
    }

    async fn verify(&self, password: &Password, hash: &PasswordHash) -> Result<Verdict, PortError> {
        self.1.note("verify".to_owned());
        self.0.verify(password, hash).await
    }

    fn has_room(&self) -> Result<(), PortError> {
        self.0.has_room()
    }

    fn decoy(&self) -> PasswordHash {
        self.0.decoy()
    }
}
