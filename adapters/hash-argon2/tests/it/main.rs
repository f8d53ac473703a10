//! The hasher, from outside, and against hashes made elsewhere.
#![expect(clippy::unwrap_used, reason = "a test says by a panic that it fails")]

mod config;
mod hasher;
