//! Every port in memory: the executable specification. It passes the suites every other adapter passes, so that
//! tests on it can be trusted, and it is short, so that it can be read when a contract leaves a question open.
//!
//! Everything is gone when the process ends.

mod alert;
mod archive;
mod auth;
mod bus;
mod cache;
mod claim;
mod limit;
mod mail;
mod notify;
mod place;
mod signal;
mod sms;
mod storage;
mod store;
mod tenants;
mod work;

pub use alert::{MemoryAlerts, MemoryErrorReporter, Reported};
pub use archive::MemoryArchive;
pub use bus::MemoryEventBus;
pub use cache::MemoryCache;
pub use limit::MemoryRateLimiter;
pub use mail::MemoryEmailSender;
pub use place::{MemoryGeoIp, MemoryIpReputation};
pub use sms::MemorySmsSender;
pub use storage::MemoryStorage;
pub use store::{ForeignRows, ForeignWrites, MemoryStore};
