//! What the door does with every route, on routes of its own, without a domain.

mod browsers;
mod conditional;
mod order;
mod repeats;
mod selection;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use saaskit_conformance::fixtures::{FixedClock, NOW, source_at};
use saaskit_gateway::port::Authenticator;
use saaskit_gateway::{CorsPolicy, Door, Idempotency, Limits, Refusal};
use saaskit_http_axum::{Api, PublicUrl, Resource, Row, Settings};
use saaskit_kernel::{Fault, InstallationSecret, Principal, SessionId, Subscriptions, UserId};
use saaskit_memory::{MemoryRateLimiter, MemoryStore};

use crate::world::{Ask, PUBLIC_URL};

/// Another origin whose pages may call.
const FRONT: &str = "https://front.example.com";

/// A door before routes of a test.
struct House {
    clock: Arc<FixedClock>,
    names: Arc<Names>,
    router: Router,
}

impl House {
    fn new<S: Clone + Send + Sync + 'static>(rows: &[Row<S>], state: &S) -> Self {
        Self::with(Limits::default(), PUBLIC_URL, |_| Resource::new(rows, state))
    }

    fn with(limits: Limits, url: &str, resource: impl FnOnce(&Arc<MemoryStore>) -> Resource) -> Self {
        let clock = Arc::new(FixedClock::default());
        let source = source_at(clock.clone());
        let store = Arc::new(MemoryStore::new(Subscriptions::default()));
        let names = Arc::new(Names::default());
        let limiter = Arc::new(MemoryRateLimiter::new(clock.clone(), 1_000));
        let secret = InstallationSecret::from_bytes([7; 32]);
        let idempotency = Idempotency::new(store.clone(), store.clone(), source.clone(), secret.clone());
        let cors = CorsPolicy::new([FRONT]).unwrap();
        let settings = Settings { cors, ..Settings::new(PublicUrl::parse(url).unwrap()) };
        let router = Api::new(Door::new(limiter, names.clone(), limits), source, secret, settings)
            .with_idempotency(idempotency)
            .with(resource(&store))
            .router();
        Self { clock, names, router }
    }

    fn ask(&self, method: &str, path: &str) -> Ask {
        Ask::new(self.router.clone(), method, path)
    }

    fn get(&self, path: &str) -> Ask {
        self.ask("GET", path)
    }

    fn post(&self, path: &str) -> Ask {
        self.ask("POST", path)
    }
}

/// Believes tokens and cookies that begin with `ana` or `bob`, and counts how often it was asked.
#[derive(Debug, Default)]
struct Names(AtomicUsize);

impl Names {
    fn asked(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Authenticator for Names {
    async fn bearer(&self, token: &str) -> Result<Principal, Box<dyn Fault>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let user: UserId = match token.get(..3) {
            Some("ana") => "usr_01h455vb4pex5vsknk084sn02q".parse().unwrap(),
            Some("bob") => "usr_01h455vb4pex5vsknk084sn02r".parse().unwrap(),
            _ => return Err(Box::new(Refusal::Unauthenticated)),
        };
        let principal = Principal::new(user, SessionId::from_uuid(user.uuid()), NOW);
        let renew_from = token.ends_with("old").then(|| NOW.plus(Duration::from_mins(10)));
        Ok(Principal { renew_from, ..principal })
    }

    async fn cookie(&self, secret: &str) -> Result<Principal, Box<dyn Fault>> {
        self.bearer(secret).await
    }
}
