//! Every port in memory: the executable specification. It passes the suites every other adapter passes, so that
//! tests on it can be trusted, and it is short, so that it can be read when a contract leaves a question open.
//!
//! Everything is gone when the process ends.

mod auth;
mod claim;
mod limit;
mod mail;
mod notify;
mod signal;
mod store;
mod tenants;
mod work;

pub use limit::MemoryRateLimiter;
pub use mail::MemoryEmailSender;
pub use store::{ForeignRows, ForeignWrites, MemoryStore};
