//! The events auth tells.

/// A user proved the address of the account. `{"user": id}`
pub const EMAIL_VERIFIED: &str = "auth.email_verified";

/// Every event, for the catalogue.
pub const ALL: &[&str] = &[EMAIL_VERIFIED];
