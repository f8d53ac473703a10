//! Errors reported to Sentry, or to whatever speaks its protocol.
//!
//! Of Sentry's library only the protocol is used: an event holds what the error and its causes say, scrubbed, and where
//! it happened. Nothing is collected of the machine, the request or the person, and nothing is registered globally.

mod config;
mod event;
mod post;
mod reporter;

pub use config::{InvalidSentryConfig, SentryConfig};
pub use reporter::SentryReporter;
