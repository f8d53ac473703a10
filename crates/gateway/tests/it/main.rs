//! The door on a real limiter: its order, and the laws of its limits.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says by a panic that it fails")]

mod door;
mod world;
