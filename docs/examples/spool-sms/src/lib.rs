//! Text messages as files in a folder, where a gateway on the same machine picks them up.
//!
//! [`SpoolSms`] lays each message down as one file, named by the message's key: a second try of one that still lies
//! there replaces it. A file is there as a whole or not at all; what begins with a dot is a draft.

mod config;
mod sender;
mod spool;

pub use config::{InvalidSpoolConfig, SpoolConfig};
pub use sender::SpoolSms;

/// What it is called in errors.
const NAME: &str = "sms-spool";
