//! Text messages by Twilio.
//!
//! [`TwilioSms`] asks once a call and waits a bounded time. What an answer means for the message is decided in
//! `failure.rs`. Twilio's messages know no key by which it could tell that two requests mean one message.

mod answer;
mod config;
mod failure;
mod sender;

pub use config::{InvalidTwilioConfig, TwilioConfig};
pub use sender::TwilioSms;
