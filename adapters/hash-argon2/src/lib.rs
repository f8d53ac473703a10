//! Passwords hashed by Argon2id on threads of its own.
//!
//! Hashing is slow on purpose, so it never runs where requests are served: [`Argon2Hasher`] has as many threads
//! as cores, each with one block of memory that is used again and again, and a short queue in front of them. A
//! full queue refuses at once, so that those who were let in are served in time.

mod config;
mod hasher;
mod pool;
mod scheme;

pub use config::{Argon2Config, InvalidArgon2Config};
pub use hasher::Argon2Hasher;
