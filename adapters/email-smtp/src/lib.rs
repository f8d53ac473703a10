//! Mail by SMTP.
//!
//! [`SmtpSender`] keeps a few connections open, encrypts them unless it is told not to, and signs what it sends if
//! it has a DKIM key. What a server's answer means for the mail is decided in `failure.rs`.

mod compose;
mod config;
mod connections;
mod dkim;
mod failure;
mod sender;

pub use config::{DkimConfig, InvalidSmtpConfig, SmtpConfig, SmtpLogin, SmtpTls};
pub use sender::SmtpSender;
