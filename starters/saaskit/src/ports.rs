use std::sync::Arc;

use saaskit_auth::port::{
    AttemptCounters, BreachedPasswords, Keys, PasswordHasher, RefreshTokens, Roles, Sessions, TokenSigner,
    Tokens, Users,
};
use saaskit_kernel::{Claims, EmailSender, RateLimiter, Sealer, Signals, Source, Store, WorkQueue};
use saaskit_notify::port::{Messages, Outbox, Preferences, Suppressions};
use saaskit_tenants::port::{Members, Workspaces};

/// Everything the server needs of the world. Fill it with your own adapters and you have your own server.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each field is the port of its type")]
pub struct Ports {
    pub stores: Stores,
    /// Whether kept mail is shown, to whoever sits at the machine: only in development.
    pub shows_outbox: bool,
    pub email: Arc<dyn EmailSender>,
    pub limiter: Arc<dyn RateLimiter>,
    pub hasher: Arc<dyn PasswordHasher>,
    pub breached: Arc<dyn BreachedPasswords>,
    pub signer: Arc<dyn TokenSigner>,
    pub sealer: Arc<dyn Sealer>,
    pub source: Source,
}

/// One store, seen through each of its ports.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each field is the port of its type")]
pub struct Stores {
    pub store: Arc<dyn Store>,
    pub queue: Arc<dyn WorkQueue>,
    pub claims: Arc<dyn Claims>,
    pub signals: Arc<dyn Signals>,
    pub users: Arc<dyn Users>,
    pub sessions: Arc<dyn Sessions>,
    pub refresh_tokens: Arc<dyn RefreshTokens>,
    pub attempts: Arc<dyn AttemptCounters>,
    pub roles: Arc<dyn Roles>,
    pub tokens: Arc<dyn Tokens>,
    pub keys: Arc<dyn Keys>,
    pub workspaces: Arc<dyn Workspaces>,
    pub members: Arc<dyn Members>,
    pub messages: Arc<dyn Messages>,
    pub suppressions: Arc<dyn Suppressions>,
    pub preferences: Arc<dyn Preferences>,
    pub outbox: Arc<dyn Outbox>,
}

macro_rules! stores {
    ($($field:ident: $port:ident,)*) => {
        impl Stores {
            /// A store that fulfils every port.
            pub fn of<S>(store: S) -> Self
            where
                S: $($port +)* 'static,
            {
                let store = Arc::new(store);
                Self { $($field: store.clone(),)* }
            }
        }
    };
}

stores! {
    store: Store,
    queue: WorkQueue,
    claims: Claims,
    signals: Signals,
    users: Users,
    sessions: Sessions,
    refresh_tokens: RefreshTokens,
    attempts: AttemptCounters,
    roles: Roles,
    tokens: Tokens,
    keys: Keys,
    workspaces: Workspaces,
    members: Members,
    messages: Messages,
    suppressions: Suppressions,
    preferences: Preferences,
    outbox: Outbox,
}
