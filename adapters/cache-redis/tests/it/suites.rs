//! The suites, on one server, a cluster, and servers watched by sentinels. `SAASKIT_TEST_REDIS_URL`,
//! `SAASKIT_TEST_REDIS_CLUSTER_URL` and `SAASKIT_TEST_REDIS_SENTINEL_URL` say where they are.

use std::sync::Arc;

use saaskit_conformance::cache::CacheHarness;
use saaskit_conformance::event_bus::EventBusHarness;
use saaskit_conformance::rate_limiter::RateLimiterHarness;
use saaskit_kernel::SystemClock;

use crate::node::{BEHIND, Node, config};

#[expect(clippy::disallowed_methods, reason = "the test runner says here where its servers are")]
async fn node(variable: &str) -> Node {
    Node::of(&config(&std::env::var(variable).expect("the variable names a server"))).await
}

async fn cache(variable: &str) -> CacheHarness {
    CacheHarness { cache: Arc::new(node(variable).await.cache), time: Arc::new(SystemClock) }
}

async fn limiter(variable: &str) -> RateLimiterHarness {
    let limiter = Arc::new(node(variable).await.limiter);
    RateLimiterHarness { limiter, clock: Arc::new(SystemClock), time: Arc::new(SystemClock) }
}

#[expect(clippy::disallowed_methods, reason = "the test runner says here where its servers are")]
async fn bus(variable: &str) -> EventBusHarness {
    let config = config(&std::env::var(variable).expect("the variable names a server"));
    let (here, there) = (Node::of(&config).await.bus, Node::of(&config).await.bus);
    EventBusHarness { here: Arc::new(here), there: Arc::new(there), behind: BEHIND }
}

macro_rules! on {
    ($shape:ident, $variable:literal) => {
        mod $shape {
            saaskit_conformance::cache_suite!(crate::suites::cache($variable));
            saaskit_conformance::rate_limiter_suite!(crate::suites::limiter($variable));
            saaskit_conformance::event_bus_suite!(crate::suites::bus($variable));
        }
    };
}

on!(redis, "SAASKIT_TEST_REDIS_URL");
on!(redis_cluster, "SAASKIT_TEST_REDIS_CLUSTER_URL");
on!(redis_sentinel, "SAASKIT_TEST_REDIS_SENTINEL_URL");
