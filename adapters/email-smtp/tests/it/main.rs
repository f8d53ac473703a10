//! Mail by SMTP, against a real server where there is one.

mod config;
#[cfg(feature = "live")]
mod encryption;
#[cfg(feature = "live")]
mod failures;
#[cfg(feature = "live")]
mod peer;
#[cfg(feature = "live")]
mod signatures;
#[cfg(feature = "live")]
mod smtp;
