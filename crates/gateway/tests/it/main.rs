//! The door on a real limiter: its order, the laws of its limits, and whom it believes.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says by a panic that it fails")]

mod browsers;
mod door;
mod fallback;
mod idempotency;
mod limiter;
mod permissions;
mod world;
