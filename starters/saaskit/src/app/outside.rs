use std::sync::Arc;
use std::time::Duration;

use saaskit_gateway::{FallbackLimiter, Limits};
use saaskit_http_axum::health::{self, Check, Condition};
use saaskit_kernel::{
    BehindBreaker, Breaker, BreakerSettings, BreakerState, Cache, Hurry, Nudge, RateLimiter, ResilientCache,
};

use crate::{Breakers, Ports};

/// What the server asks of others, in such a way that it goes on while they are away.
#[derive(Debug, Clone)]
pub(super) struct Outside {
    pub(super) limiter: Arc<dyn RateLimiter>,
    pub(super) cache: Arc<dyn Cache>,
    pub(super) breakers: Breakers,
    shared: Option<Shared>,
    hurry: Hurry,
}

/// What all nodes share.
#[derive(Debug, Clone)]
struct Shared {
    breaker: Breaker,
    cache: Arc<ResilientCache>,
}

impl Shared {
    /// A cache that does not answer is found out at once, however few asked it so far.
    async fn condition(&self) -> Condition {
        match self.cache.ping_shared().await {
            Ok(()) => condition(&self.breaker),
            Err(_) => Condition::Degraded,
        }
    }
}

const CACHE: &str = "cache";
pub(super) const STORAGE: &str = "storage";
/// Parts with a check that asks them, even while nobody else does; of all others their breakers tell.
const ASKED: [&str; 3] = [CACHE, health::DATABASE, STORAGE];

/// A substitute is at hand, and looking costs nobody anything: it is left soon.
const SHARED: BreakerSettings =
    BreakerSettings { failures: 3, first: Duration::from_millis(200), longest: Duration::from_secs(5) };

impl Outside {
    /// Puts each port of the outside behind a breaker, and the shared ones before the node's own.
    pub(super) fn of(ports: &mut Ports, limits: &Limits) -> Self {
        let (source, mut breakers) = (ports.source.clone(), ports.breakers.clone());
        ports.email = behind(ports.email.clone(), breakers.add("email", BreakerSettings::default()));
        if let Some(sms) = ports.sms.take() {
            ports.sms = Some(behind(sms, breakers.add("sms", BreakerSettings::default())));
        }
        ports.storage = behind(ports.storage.clone(), breakers.add(STORAGE, BreakerSettings::default()));
        let own = &ports.own;
        let Some(all) = &ports.shared else {
            let (limiter, cache) = (own.limiter.clone(), own.cache.clone());
            return Self {
                limiter,
                cache,
                breakers,
                shared: None,
                hurry: Hurry::new(own.bus.clone(), &source),
            };
        };
        let breaker = breakers.add(CACHE, SHARED);
        let cache = ResilientCache::new(all.cache.clone(), own.cache.clone(), breaker.clone());
        let cache = Arc::new(cache);
        let (counts, alone) = (all.limiter.clone(), own.limiter.clone());
        Self {
            limiter: Arc::new(FallbackLimiter::new(counts, alone, limits.clone(), breaker.clone())),
            cache: cache.clone(),
            breakers,
            shared: Some(Shared { breaker, cache }),
            hurry: Hurry::new(all.bus.clone(), &source),
        }
    }

    /// How each part is found out to be.
    pub(super) fn checks(&self) -> Vec<Check> {
        let (cache, shared) = (self.cache.clone(), self.shared.clone());
        let of_cache = Check::new(CACHE, move || {
            let (cache, shared) = (cache.clone(), shared.clone());
            async move {
                match shared {
                    Some(shared) => Ok(shared.condition().await),
                    None => cache.ping().await.map(|()| Condition::Healthy),
                }
            }
        });
        let others = self.breakers.all().iter().filter(|breaker| !ASKED.contains(&breaker.name())).cloned();
        let of_others = others
            .map(|breaker| Check::new(breaker.name(), move || std::future::ready(Ok(condition(&breaker)))));
        std::iter::once(of_cache).chain(of_others).collect()
    }

    /// Goes back to what was away, if it answers again.
    pub(super) async fn recover(&self) {
        if let Some(shared) = &self.shared {
            shared.cache.recover().await;
        }
    }

    /// Tells the other nodes of new signals. If that fails they find out by themselves, and the breaker knows.
    pub(super) async fn tell(&self) {
        let told = self.hurry.tell();
        drop(match &self.shared {
            Some(shared) => shared.breaker.call_if_closed(told).await,
            None => told.await,
        });
    }

    /// Nudges when another node told of signals, for as long as that can be heard.
    pub(super) async fn listen(&self, signals: &Nudge) {
        let Err(error) = self.hurry.listen(signals).await;
        tracing::debug!(error = &error as &dyn std::error::Error, "other nodes can't be heard");
    }
}

fn condition(breaker: &Breaker) -> Condition {
    match breaker.state() {
        BreakerState::Closed => Condition::Healthy,
        BreakerState::Open | BreakerState::HalfOpen => Condition::Degraded,
    }
}

fn behind<P: ?Sized>(port: Arc<P>, breaker: Breaker) -> Arc<BehindBreaker<P>> {
    Arc::new(BehindBreaker::new(port, breaker))
}
