//! The suites themselves: they miss no check, and what they are played with obeys the contracts.
#![expect(clippy::unwrap_used, reason = "a test says by a panic that it fails")]

mod completeness;
mod fixtures;
