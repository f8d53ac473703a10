//! Places from MaxMind files, which the tests write themselves.
#![expect(clippy::unwrap_used, reason = "a test says by a panic that it fails")]

mod geo;
mod mmdb;
