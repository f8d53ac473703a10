use std::sync::Arc;
use std::time::Duration;

use saaskit_gateway::{FallbackLimiter, Limits};
use saaskit_http_axum::health::{Check, Condition};
use saaskit_kernel::{
    Alarms, BehindBreaker, Breaker, BreakerSettings, BreakerState, Cache, Hurry, Nudge, RateLimiter,
    ResilientCache, Source,
};

use crate::Ports;

/// What the server asks of others, in such a way that it goes on while they are away.
#[derive(Debug, Clone)]
pub(super) struct Outside {
    pub(super) limiter: Arc<dyn RateLimiter>,
    pub(super) cache: Arc<dyn Cache>,
    pub(super) alarms: Alarms,
    shared: Option<Shared>,
    hurry: Hurry,
    breakers: Breakers,
}

/// What all nodes share.
#[derive(Debug, Clone)]
struct Shared {
    breaker: Breaker,
    cache: Arc<ResilientCache>,
}

/// A substitute is at hand, and looking costs nobody anything: it is left soon.
const SHARED: BreakerSettings =
    BreakerSettings { failures: 3, first: Duration::from_millis(200), longest: Duration::from_secs(5) };

impl Outside {
    /// Puts each port of the outside behind a breaker, and the shared ones before the node's own.
    pub(super) fn of(ports: &mut Ports, limits: &Limits) -> Self {
        let source = ports.source.clone();
        let mut breakers = Breakers { source: source.clone(), alarms: Alarms::default(), behind: Vec::new() };
        ports.email = breakers.guard("email", ports.email.clone());
        if let Some(sms) = ports.sms.take() {
            ports.sms = Some(breakers.guard("sms", sms));
        }
        let (own, alarms) = (&ports.own, breakers.alarms.clone());
        let Some(all) = &ports.shared else {
            let (limiter, cache) = (own.limiter.clone(), own.cache.clone());
            let hurry = Hurry::new(own.bus.clone(), &source);
            return Self { limiter, cache, alarms, shared: None, hurry, breakers };
        };
        let breaker = breakers.make("cache", SHARED);
        let cache = ResilientCache::new(all.cache.clone(), own.cache.clone(), breaker.clone());
        let cache = Arc::new(cache);
        let (counts, alone) = (all.limiter.clone(), own.limiter.clone());
        Self {
            limiter: Arc::new(FallbackLimiter::new(counts, alone, limits.clone(), breaker.clone())),
            cache: cache.clone(),
            alarms,
            shared: Some(Shared { breaker, cache }),
            hurry: Hurry::new(all.bus.clone(), &source),
            breakers,
        }
    }

    /// How each part is found out to be.
    pub(super) fn checks(&self) -> Vec<Check> {
        let (cache, shared) = (self.cache.clone(), self.shared.clone());
        let of_cache = Check::new("cache", move || {
            let (cache, shared) = (cache.clone(), shared.clone());
            async move {
                cache.ping().await?;
                Ok(shared.map_or(Condition::Healthy, |shared| condition(&shared.breaker)))
            }
        });
        let behind = self.breakers.behind.iter().cloned();
        let of_behind = behind
            .map(|(name, breaker)| Check::new(name, move || std::future::ready(Ok(condition(&breaker)))));
        std::iter::once(of_cache).chain(of_behind).collect()
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

/// The breakers there are.
#[derive(Debug, Clone)]
struct Breakers {
    source: Source,
    alarms: Alarms,
    /// Of what has no substitute, by the names in the health report.
    behind: Vec<(&'static str, Breaker)>,
}

impl Breakers {
    fn make(&self, name: &'static str, settings: BreakerSettings) -> Breaker {
        Breaker::new(name, settings, self.source.clone(), self.alarms.clone())
    }

    /// The same port behind a breaker of its own, which the health report shows.
    fn guard<P: ?Sized>(&mut self, name: &'static str, port: Arc<P>) -> Arc<BehindBreaker<P>> {
        let breaker = self.make(name, BreakerSettings::default());
        self.behind.push((name, breaker.clone()));
        Arc::new(BehindBreaker::new(port, breaker))
    }
}
