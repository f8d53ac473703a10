//! Breached passwords, asked of a range API such as that of Have I Been Pwned.
//!
//! The first five of the forty hexadecimal digits of a password's SHA-1 leave the house, and the answer holds
//! everything that begins with them, so nobody learns which one was meant; it is padded, so that its length tells
//! nothing either. Another list is asked first. While the API can't be reached, that list alone counts.

mod config;
mod passwords;
mod range;

pub use config::{BreachRangeConfig, InvalidBreachRangeConfig};
pub use passwords::RangePasswords;
