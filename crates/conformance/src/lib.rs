//! One suite a port: what every adapter must pass.
//!
//! A suite is a module of checks, each an async function named by the sentence it proves, and a macro that makes
//! one test of each. An adapter names the macro and says how to get an empty backend; a check added here reaches
//! it with the next build. `saaskit-conformance` is the only development dependency it needs.
//!
//! ```text
//! mod memory {
//!     use saaskit_conformance::{Stores, fixtures};
//!
//!     async fn fresh() -> Stores {
//!         Stores::of(Arc::new(MemoryStore::new(fixtures::subscriptions())))
//!     }
//!
//!     saaskit_conformance::every_store_suite!(super::fresh());
//! }
//! ```
//!
//! A backend that is there without waiting is given as `std::future::ready(super::fresh())`.
//!
//! The tests are then called `memory::store_suite::a_stale_save_is_refused` and so on. Every check gets a backend
//! of its own. Time is told by the suites, from [`fixtures::NOW`] on, and never read from the backend's clock.
//!
//! One bullet of one contract has no check here: that what was acknowledged survives the death of the process.
//! It takes a process that can be killed.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a check says by a panic that it does not hold"
)]
#![expect(clippy::unused_async, reason = "one macro fits all suites: every check is async")]

mod at_once;
mod macros;
mod stores;

pub mod alerts;
pub mod archive;
pub mod attempts;
pub mod brandings;
pub mod breached_passwords;
pub mod cache;
pub mod claims;
pub mod clock;
pub mod email_sender;
pub mod entropy;
pub mod error_reporter;
pub mod event_bus;
pub mod fixtures;
pub mod foreign;
pub mod geo_ip;
pub mod ip_reputation;
pub mod keys;
pub mod members;
pub mod memberships;
pub mod messages;
pub mod outbox;
pub mod password_hasher;
pub mod preferences;
pub mod rate_limiter;
pub mod refresh_tokens;
pub mod roles;
pub mod sealer;
pub mod sessions;
pub mod signals;
pub mod signed_urls;
pub mod sms_sender;
pub mod storage;
pub mod store;
pub mod suppressions;
pub mod token_signer;
pub mod tokens;
pub mod users;
pub mod work_queue;
pub mod workspaces;

pub use stores::Stores;
#[doc(hidden)]
pub use tokio;
