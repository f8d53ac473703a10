//! Notify's use cases, on the memory store, a clock that stands and entropy that counts.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says by a panic that something does not hold"
)]

mod alert;
mod bounce;
mod brand;
mod capture;
mod held_back;
mod plan;
mod secrets;
mod send;
mod suppress;
mod world;
