//! Who you are: accounts, sessions, tokens.
//!
//! [`Auth`] is the whole of it: a concrete struct over the ports of [`port`]. Its use cases, one a file under
//! `service/`: register, verify an address, ask for the link again, log in, log out, authenticate a request,
//! show oneself, set up the first operator, keep the keys.

pub mod action;
/// What access tokens say.
pub mod claims;
mod error;
pub mod event;
mod one_time;
mod password;
mod policy;
pub mod port;
mod revocation;
mod service;
mod session;
mod signing_key;
mod user;
/// What auth asks to have changed.
pub mod write;

pub use error::AuthError;
pub use one_time::{OneTimeToken, Purpose};
pub use password::{Password, PasswordHash};
pub use policy::PasswordPolicy;
pub use revocation::Revocation;
pub use service::{Auth, LogIn, Ports, Register, SetUp, Settings, SignedIn};
pub use session::{Method, Session};
pub use signing_key::{Algorithm, KeyEntity, KeyId, SigningKey};
pub use user::{User, UserStatus};
