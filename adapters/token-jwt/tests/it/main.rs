//! The signer, from outside, and against another implementation.
#![expect(clippy::unwrap_used, reason = "a test says by a panic that it fails")]

mod bench;
mod hostile;
mod keys;
mod signer;
