//! Text messages by AWS SNS.
//!
//! [`SnsSms`] publishes straight to a number, once a call, and waits a bounded time. What an answer means for the
//! message is decided in `failure.rs`. SNS knows no key by which it could tell that two requests mean one message, and
//! does not say what became of one.

mod bounded;
mod config;
mod failure;
mod sender;

pub use config::{InvalidSnsConfig, SnsConfig, SnsKey};
pub use sender::SnsSms;
