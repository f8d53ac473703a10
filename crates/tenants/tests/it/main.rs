//! Tenants' use cases, on the memory store, a clock that stands and entropy that counts.
#![expect(clippy::unwrap_used, reason = "a test says by a panic that something does not hold")]

mod account;
mod create;
mod enter;
mod list;
mod members;
mod memory;
mod ownership;
mod policy;
mod update;
mod world;
