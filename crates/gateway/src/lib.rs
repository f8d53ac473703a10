//! The door's judgement, free of any HTTP library: given who asks, for what and from where, it admits, limits or
//! refuses.
//!
//! A driving adapter turns a request into a [`Knock`], [`Door::admit`]s it before it reads the body, and asks
//! [`Door::draw`] for the limits that only the body tells whom they count. [`Idempotency`] answers a request that was
//! sent before. What a refusal means is a [`Refusal`].

mod access;
mod acting;
mod bypass;
mod credential;
mod csrf;
mod door;
mod fallback;
mod guests;
mod idempotency;
mod limit;
mod origin;
mod pages;
mod pass;
pub mod port;
mod proxy;
mod refusal;

pub use access::{Access, Class};
pub use acting::TenantMismatch;
pub use bypass::{Bypass, BypassRefused};
pub use credential::Credential;
pub use csrf::{Csrf, CsrfProof};
pub use door::{Door, Knock};
pub use fallback::FallbackLimiter;
pub use guests::{Guests, Seat};
pub use idempotency::{Closing, Idempotency, Named, Opening};
pub use limit::{Limit, LimitInvalid, Limits, LimitsUnread, Per, Standing, WhenDown};
pub use origin::{CorsPolicy, Origin, OriginInvalid, Provenance, is_local_host};
pub use pages::Pages;
pub use pass::Pass;
pub use proxy::TrustedProxies;
pub use refusal::{Refusal, Repeated};
