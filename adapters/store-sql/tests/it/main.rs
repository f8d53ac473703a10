//! The suites of conformance on both engines, and what is each engine's own.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test says by a panic that it does not hold")]

mod notes;
#[cfg_attr(not(feature = "live"), expect(dead_code, reason = "the suites run only where a server is"))]
mod postgres;
mod sqlite;
