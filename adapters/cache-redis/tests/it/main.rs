//! Cache, limits and hints on Redis, against real servers where there are some.
#![cfg_attr(
    feature = "live",
    expect(clippy::unwrap_used, clippy::expect_used, reason = "a test says by a panic that it fails")
)]

mod config;
#[cfg(feature = "live")]
mod encryption;
#[cfg(feature = "live")]
mod failover;
#[cfg(feature = "live")]
mod faults;
#[cfg(feature = "live")]
mod login;
#[cfg(feature = "live")]
mod node;
#[cfg(feature = "live")]
mod scripts;
#[cfg(feature = "live")]
mod suites;
