//! Text messages by AWS SNS, against a look-alike that checks signatures where one can be had.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test says by a panic that it fails")]

mod config;
mod failures;
mod peer;
mod requests;
#[cfg(feature = "live")]
mod sns;
