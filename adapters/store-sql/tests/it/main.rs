//! The suites of conformance on both engines, and what is each engine's own.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test says by a panic that it does not hold")]

mod notes;
mod postgres;
mod schema;
mod sqlite;
