use std::any::Any;
use std::sync::Arc;

use saaskit_auth::port::{Keys, Sessions, Tokens, Users};
use saaskit_kernel::{Commit, CommitError, Store, WorkQueue};
use saaskit_notify::port::{Messages, Outbox};
use saaskit_tenants::port::Workspaces;

/// An empty store under test, built with [`crate::fixtures::subscriptions`], behind each of its ports.
#[derive(Debug, Clone)]
pub struct Stores {
    /// What applies commits.
    pub store: Arc<dyn Store>,
    /// Where jobs wait.
    pub queue: Arc<dyn WorkQueue>,
    /// Reads accounts.
    pub users: Arc<dyn Users>,
    /// Reads sessions.
    pub sessions: Arc<dyn Sessions>,
    /// Reads one-time tokens.
    pub tokens: Arc<dyn Tokens>,
    /// Reads keys.
    pub keys: Arc<dyn Keys>,
    /// Reads workspaces.
    pub workspaces: Arc<dyn Workspaces>,
    /// Reads messages.
    pub messages: Arc<dyn Messages>,
    /// Reads the development outbox.
    pub outbox: Arc<dyn Outbox>,
    #[expect(dead_code, reason = "kept for what its drop does")]
    guard: Option<Arc<dyn Any + Send + Sync>>,
}

impl Stores {
    /// A store that fulfils every port.
    pub fn of<S>(store: Arc<S>) -> Self
    where
        S: Store + WorkQueue + Users + Sessions + Tokens + Keys + Workspaces + Messages + Outbox,
    {
        Self {
            store: store.clone(),
            queue: store.clone(),
            users: store.clone(),
            sessions: store.clone(),
            tokens: store.clone(),
            keys: store.clone(),
            workspaces: store.clone(),
            messages: store.clone(),
            outbox: store,
            guard: None,
        }
    }

    /// The same, with what must live as long as it: a temporary file, a database to be dropped.
    #[must_use]
    pub fn keeping(self, guard: impl Any + Send + Sync) -> Self {
        Self { guard: Some(Arc::new(guard)), ..self }
    }

    pub(crate) async fn commit(&self, commit: Commit) -> Result<(), CommitError> {
        self.store.commit(commit).await
    }

    /// Commits what has to be there before a check begins.
    pub(crate) async fn given(&self, commit: Commit) {
        self.commit(commit).await.expect("what a check begins with is applied");
    }
}
