use std::any::Any;
use std::sync::Arc;

use saaskit_auth::port::{AttemptCounters, Keys, RefreshTokens, Roles, Sessions, Tokens, Users};
use saaskit_kernel::{Claims, Commit, CommitError, Signals, Store, WorkQueue};
use saaskit_notify::port::{Brandings, Messages, Outbox, Preferences, Suppressions};
use saaskit_tenants::port::{Members, Memberships, Workspaces};

/// An empty store under test, built with [`crate::fixtures::subscriptions`], behind each of its ports.
#[derive(Debug, Clone)]
pub struct Stores {
    /// What applies commits.
    pub store: Arc<dyn Store>,
    /// Where jobs wait.
    pub queue: Arc<dyn WorkQueue>,
    /// Reads the claims of requests.
    pub claims: Arc<dyn Claims>,
    /// Where signals are followed.
    pub signals: Arc<dyn Signals>,
    /// Reads accounts.
    pub users: Arc<dyn Users>,
    /// Reads sessions.
    pub sessions: Arc<dyn Sessions>,
    /// Reads the chains of sessions.
    pub refresh_tokens: Arc<dyn RefreshTokens>,
    /// Reads counted tries.
    pub attempts: Arc<dyn AttemptCounters>,
    /// Reads roles.
    pub roles: Arc<dyn Roles>,
    /// Reads one-time tokens.
    pub tokens: Arc<dyn Tokens>,
    /// Reads keys.
    pub keys: Arc<dyn Keys>,
    /// Reads workspaces.
    pub workspaces: Arc<dyn Workspaces>,
    /// Reads who is in them.
    pub members: Arc<dyn Members>,
    /// Reads what users are in all of them.
    pub memberships: Arc<dyn Memberships>,
    /// Reads messages.
    pub messages: Arc<dyn Messages>,
    /// Reads where mail is no longer sent to.
    pub suppressions: Arc<dyn Suppressions>,
    /// Reads what mail is not wanted.
    pub preferences: Arc<dyn Preferences>,
    /// Reads what workspaces' mails look like.
    pub brandings: Arc<dyn Brandings>,
    /// Reads the development outbox.
    pub outbox: Arc<dyn Outbox>,
    #[expect(dead_code, reason = "kept for what its drop does")]
    guard: Option<Arc<dyn Any + Send + Sync>>,
}

impl Stores {
    /// A store that fulfils every port.
    pub fn of<S>(store: Arc<S>) -> Self
    where
        S: Store
            + WorkQueue
            + Claims
            + Signals
            + Users
            + Sessions
            + RefreshTokens
            + AttemptCounters
            + Roles
            + Tokens
            + Keys
            + Workspaces
            + Members
            + Memberships
            + Messages
            + Suppressions
            + Preferences
            + Brandings
            + Outbox,
    {
        Self {
            store: store.clone(),
            queue: store.clone(),
            claims: store.clone(),
            signals: store.clone(),
            users: store.clone(),
            sessions: store.clone(),
            refresh_tokens: store.clone(),
            attempts: store.clone(),
            roles: store.clone(),
            tokens: store.clone(),
            keys: store.clone(),
            workspaces: store.clone(),
            members: store.clone(),
            memberships: store.clone(),
            messages: store.clone(),
            suppressions: store.clone(),
            preferences: store.clone(),
            brandings: store.clone(),
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
