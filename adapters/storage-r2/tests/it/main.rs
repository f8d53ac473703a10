//! Files in a bucket, against a server that verifies what it is asked.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test says by a panic that it fails")]

mod bucket;
mod contract;
mod faults;
mod server;
