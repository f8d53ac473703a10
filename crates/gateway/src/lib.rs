//! The door's judgement, free of any HTTP library: given who asks, for what and from where, it admits, limits or
//! refuses.
//!
//! A driving adapter turns a request into a [`Knock`], [`Door::admit`]s it before it reads the body, and asks
//! [`Door::draw`] for the limits that only the body tells whom they count. What a refusal means is a [`Refusal`].

mod access;
mod bypass;
mod door;
mod limit;
mod origin;
pub mod port;
mod proxy;
mod refusal;

pub use access::{Access, Class};
pub use bypass::{Bypass, BypassRefused};
pub use door::{Door, Knock, Pass};
pub use limit::{Limit, Limits, Per, RateInvalid, Standing};
pub use origin::{CorsPolicy, Origin, OriginInvalid, Provenance, is_local_host};
pub use proxy::TrustedProxies;
pub use refusal::Refusal;
