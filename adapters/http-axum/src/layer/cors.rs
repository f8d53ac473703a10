use std::time::Duration;

use http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, LOCATION, RETRY_AFTER,
};
use http::{HeaderName, HeaderValue, Method};
use saaskit_gateway::CorsPolicy;
use tower_http::cors::{AllowOrigin, CorsLayer};

const fn name(name: &'static str) -> HeaderName {
    HeaderName::from_static(name)
}

/// Lets the pages of a policy call from a browser, with credentials, and see the headers clients decide by.
pub fn cors(policy: CorsPolicy) -> CorsLayer {
    let allowed =
        move |origin: &HeaderValue, _: &_| origin.to_str().is_ok_and(|origin| policy.allows(origin));
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(allowed))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            ACCEPT,
            AUTHORIZATION,
            CONTENT_TYPE,
            IF_MATCH,
            IF_NONE_MATCH,
            name("idempotency-key"),
            name("traceparent"),
            name("x-csrf-token"),
            name("x-request-id"),
            name("x-tenant-id"),
        ])
        .expose_headers([
            ETAG,
            LOCATION,
            RETRY_AFTER,
            name("deprecation"),
            name("idempotency-replayed"),
            name("ratelimit"),
            name("ratelimit-policy"),
            name("sunset"),
            name("x-request-id"),
            name("x-token-refresh-suggested"),
        ])
        .max_age(Duration::from_mins(10))
}
