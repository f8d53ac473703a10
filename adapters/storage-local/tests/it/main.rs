//! Files on a local disk, and the URLs of our own server.
#![expect(clippy::unwrap_used, reason = "a test says by a panic that it fails")]

mod contract;
mod crash;
mod disk;
mod urls;
