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

macro_rules! stores {
    ($($field:ident: $port:ident,)*) => {
        /// One store, seen through each of its ports.
        #[derive(Debug, Clone)]
        #[expect(missing_docs, reason = "each field is the port of its type")]
        pub struct Stores {
            $(pub $field: Arc<dyn $port>,)*
        }

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
