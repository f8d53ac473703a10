use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use saaskit_gateway::port::Authenticator;
use saaskit_gateway::{Access, Class, Credential, CsrfProof, Door, Knock, Limits, Provenance, Refusal};
use saaskit_kernel::{Clock, Fault, Principal, SessionId, Timestamp, UserId};
use saaskit_memory::MemoryRateLimiter;
use uuid::Uuid;

/// A clock that goes where the test puts it, backwards too.
#[derive(Debug, Default)]
pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    pub(crate) fn set(&self, at: Duration) {
        self.0.store(i64::try_from(at.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Believes `user-1`, `user-2`, … and counts how often it was asked.
#[derive(Debug, Default)]
pub(crate) struct Names(AtomicUsize);

impl Names {
    pub(crate) fn asked(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Authenticator for Names {
    async fn bearer(&self, token: &str) -> Result<Principal, Box<dyn Fault>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let number = token.strip_prefix("user-").and_then(|number| number.parse().ok());
        number.map(principal).ok_or_else(|| Box::new(Refusal::Unauthenticated) as Box<dyn Fault>)
    }

    async fn cookie(&self, secret: &str) -> Result<Principal, Box<dyn Fault>> {
        self.bearer(secret.strip_prefix("cookie-of-").unwrap_or_default()).await
    }
}

pub(crate) fn principal(number: u128) -> Principal {
    let id = Uuid::from_u128(number);
    Principal::new(UserId::from_uuid(id), SessionId::from_uuid(id), Timestamp::from_millis(0))
}

pub(crate) struct World {
    pub(crate) clock: Arc<TestClock>,
    pub(crate) names: Arc<Names>,
    pub(crate) door: Door,
}

impl World {
    pub(crate) fn new(limits: Limits) -> Self {
        let clock = Arc::new(TestClock::default());
        let names = Arc::new(Names::default());
        let limiter = Arc::new(MemoryRateLimiter::new(clock.clone(), 1_000));
        Self { door: Door::new(limiter, names.clone(), limits), clock, names }
    }

    pub(crate) fn at(&self, seconds: f64) -> &Self {
        self.clock.set(Duration::from_secs_f64(seconds));
        self
    }
}

pub(crate) fn ip(last: u8) -> IpAddr {
    Ipv4Addr::new(192, 0, 2, last).into()
}

/// A public read from one address.
pub(crate) fn knock() -> Knock<'static> {
    Knock {
        access: Access::Public,
        class: Class::Read,
        ip: ip(1),
        host: "localhost",
        credential: Credential::None,
        tenant: None,
        changes: false,
        provenance: Provenance::default(),
        csrf: CsrfProof::Header(None),
        bypass: None,
    }
}

/// The same by a user.
pub(crate) fn knock_as(bearer: &'static str) -> Knock<'static> {
    Knock { access: Access::User, credential: Credential::Bearer(bearer), ..knock() }
}
