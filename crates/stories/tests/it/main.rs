//! Stories over auth, tenants and notify, on the memory store, a clock that stands and entropy that counts.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says by a panic that something does not hold")]

mod authorize;
mod credentials;
mod enter;
mod forgotten;
mod leaving;
mod letters;
mod names;
mod welcome;
mod world;
