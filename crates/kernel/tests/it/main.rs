//! What the kernel does by itself, on the memory adapter: breakers, substitutes, hints and alerts.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says by a panic that it fails")]

mod alarms;
mod behind_breaker;
mod behind_storage;
mod breaker;
mod hurry;
mod reach;
mod resilient_cache;
