//! The sealer and its ring of keys, from outside.
#![expect(clippy::unwrap_used, reason = "a test says by a panic that it fails")]

mod key_ring;
mod sealer;
