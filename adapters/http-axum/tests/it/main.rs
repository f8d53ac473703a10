//! The API in process, on memory adapters and the real hasher, signer and sealer.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says by a panic that it fails"
)]

mod accounts;
mod bodies;
mod claims;
mod development;
mod document;
mod door;
mod health;
mod layers;
mod limits;
mod lists;
mod logs;
mod mail;
mod members;
mod metrics;
mod objects;
mod operators;
mod owners;
mod pages;
mod probe;
mod problems;
mod rights;
mod roles;
mod sign_in;
mod versions;
mod workspaces;
mod world;
