use axum::extract::Request;
use axum::response::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, SERVER, STRICT_TRANSPORT_SECURITY,
};
use http::{HeaderName, HeaderValue};

use super::around::{Around, AroundLayer};
use crate::PublicUrl;

const fn name(name: &'static str) -> HeaderName {
    HeaderName::from_static(name)
}

/// What every answer says, whatever it is.
const ALWAYS: [(HeaderName, &str); 8] = [
    (name("x-content-type-options"), "nosniff"),
    (name("cross-origin-opener-policy"), "same-origin"),
    (name("cross-origin-embedder-policy"), "require-corp"),
    (name("cross-origin-resource-policy"), "same-origin"),
    (name("x-frame-options"), "DENY"),
    (name("x-dns-prefetch-control"), "off"),
    (name("x-permitted-cross-domain-policies"), "none"),
    (name("permissions-policy"), NO_FEATURES),
];

const NO_FEATURES: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), \
     fullscreen=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()";

/// What an answer says unless it says otherwise itself: pages bring their own policy, public documents may be kept.
const UNLESS_SAID: [(HeaderName, &str); 3] = [
    (REFERRER_POLICY, "no-referrer"),
    (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (CACHE_CONTROL, "no-store, max-age=0"),
];

/// The security headers (OWASP); strict transport only where everything goes over TLS anyway.
pub fn security_headers(public_url: &PublicUrl) -> AroundLayer<Secured> {
    AroundLayer(Secured { is_https: public_url.is_https() })
}

/// See [`security_headers`].
#[derive(Debug, Clone, Copy)]
pub struct Secured {
    is_https: bool,
}

impl Around for Secured {
    type Kept = ();

    fn before(&self, _: &mut Request) {}

    fn after(&self, (): (), response: &mut Response) {
        let headers = response.headers_mut();
        headers.remove(SERVER);
        for (name, value) in ALWAYS {
            headers.insert(name, HeaderValue::from_static(value));
        }
        for (name, value) in UNLESS_SAID {
            headers.entry(name).or_insert(HeaderValue::from_static(value));
        }
        if self.is_https {
            let two_years = HeaderValue::from_static("max-age=63072000; includeSubDomains");
            headers.insert(STRICT_TRANSPORT_SECURITY, two_years);
        }
    }
}
