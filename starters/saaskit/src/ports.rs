use std::sync::Arc;

use saaskit_auth::port::{
    AttemptCounters, BreachedPasswords, Keys, PasswordHasher, RefreshTokens, Roles, Sessions, TokenSigner,
    Tokens, Users,
};
use saaskit_kernel::{
    Alerts, Cache, Claims, EmailSender, ErrorReporter, EventBus, GeoIp, IpReputation, RateLimiter, Sealer,
    Signals, SignedUrls, SmsSender, Source, Storage, Store, UrlVerifier, WorkQueue,
};
use saaskit_notify::port::{Brandings, Messages, Outbox, Preferences, Suppressions};
use saaskit_tenants::port::{Members, Memberships, Workspaces};

use crate::Breakers;

/// Everything the server needs of the world. Fill it with your own adapters and you have your own server.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each field is the port of its type")]
pub struct Ports {
    pub stores: Stores,
    /// Whether kept mail is shown, to whoever sits at the machine: only in development.
    pub shows_outbox: bool,
    pub email: Arc<dyn EmailSender>,
    /// Without one, nobody is sent a text.
    pub sms: Option<Arc<dyn SmsSender>>,
    pub storage: Arc<dyn Storage>,
    pub signed_urls: Arc<dyn SignedUrls>,
    /// Where URLs of files lead to this server.
    pub url_verifier: Option<Arc<dyn UrlVerifier>>,
    /// In the memory of this node.
    pub own: Commons,
    /// For all nodes, where there are several. `own` stands in for it.
    pub shared: Option<Commons>,
    /// Those of adapters that mind by themselves whether what they ask is away.
    pub breakers: Breakers,
    pub alerts: Arc<dyn Alerts>,
    pub errors: Arc<dyn ErrorReporter>,
    pub geo: Arc<dyn GeoIp>,
    pub reputation: Arc<dyn IpReputation>,
    pub hasher: Arc<dyn PasswordHasher>,
    pub breached: Arc<dyn BreachedPasswords>,
    pub signer: Arc<dyn TokenSigner>,
    pub sealer: Arc<dyn Sealer>,
    pub source: Source,
}

/// What nodes can have in common: what is kept for a while, who does how much, and hints to each other.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each field is the port of its type")]
pub struct Commons {
    pub cache: Arc<dyn Cache>,
    pub limiter: Arc<dyn RateLimiter>,
    pub bus: Arc<dyn EventBus>,
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
    memberships: Memberships,
    messages: Messages,
    suppressions: Suppressions,
    preferences: Preferences,
    brandings: Brandings,
    outbox: Outbox,
}
