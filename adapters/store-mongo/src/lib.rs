//! Every port of a store on `MongoDB`.
//!
//! A collection for each table of the SQL stores, by the same names; a commit is one transaction. It takes a replica
//! set or a sharded cluster: a standalone server has no transactions.
#![cfg_attr(
    not(all(feature = "auth", feature = "tenants", feature = "notify")),
    expect(unused, reason = "what only a domain uses that is left out")
)]

/// A migration's up script.
macro_rules! up {
    ($path:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/mongo/", $path, ".up.json"))
    };
}

mod archive;
#[cfg(feature = "auth")]
mod auth;
mod claim;
mod commit;
mod config;
mod domain;
mod failure;
mod index;
mod log;
mod migrate;
#[cfg(feature = "notify")]
mod notify;
mod presence;
mod retries;
mod row;
mod signal;
mod store;
#[cfg(feature = "tenants")]
mod tenants;
mod turn;
mod tx;
mod work;

pub use archive::MongoArchive;
pub use config::Config;
pub use failure::Failure;
pub use store::{MongoStore, WriteHandler};
