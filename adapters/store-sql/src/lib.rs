//! The stores on SQLite and PostgreSQL.
//!
//! One source, two engines: the files under `shared/` are compiled once for each, with the types and the few
//! differing pieces of SQL that `sqlite.rs` and `postgres.rs` give them. Both fulfil the kernel's `Store` and
//! `WorkQueue` and the reading ports of every domain whose feature is on.
#![cfg_attr(
    all(feature = "sqlite", feature = "postgres"),
    expect(clippy::duplicate_mod, reason = "the shared files are compiled once for each engine")
)]
#![cfg_attr(
    not(all(feature = "auth", feature = "tenants")),
    expect(unused, reason = "what only a domain uses that is left out")
)]

mod failure;
mod migration;
mod pool;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "sqlite")]
pub mod sqlite;
mod statements;

pub use failure::Failure;
pub use pool::PoolSettings;
#[cfg(feature = "postgres")]
pub use postgres::{PostgresArchive, PostgresStore};
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteArchive, SqliteStore};
pub use statements::statements;
