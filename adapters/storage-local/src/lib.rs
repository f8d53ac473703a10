//! Files on a local disk.
//!
//! An object is one file: a line of JSON that says what it is, and its bytes. It is written beside the tree, synced,
//! and renamed into place, so that a crash leaves the old object or the new one. What is between the root and a file
//! is opened folder by folder, and no link is followed.
//!
//! [`LocalUrls`] signs what our own server then serves.

mod config;
mod draft;
mod failure;
mod header;
mod list;
mod query;
mod storage;
mod tree;
mod urls;

pub use config::{InvalidLocalUrls, LocalUrlsConfig};
pub use storage::LocalStorage;
pub use urls::LocalUrls;
