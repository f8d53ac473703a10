//! What the starter promises its operators.
#![expect(clippy::unwrap_used, reason = "a test says by a panic that something does not hold")]

mod admin;
mod budget;
mod configuration;
mod documents;
mod enumeration;
mod files;
mod reading;
mod serve;
mod store;
mod world;
