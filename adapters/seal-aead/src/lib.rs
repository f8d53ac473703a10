//! Secrets sealed by AES-256-GCM under a ring of keys.
//!
//! The first key of a [`KeyRing`] seals and all of them open, so that a key is replaced by putting the next one
//! before it.

mod key_ring;
mod sealer;

pub use key_ring::{InvalidKeyRing, KeyFault, KeyRing};
pub use sealer::AeadSealer;
