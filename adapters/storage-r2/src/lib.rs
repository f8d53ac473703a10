//! Files in R2, S3 and what speaks like them.
//!
//! Up to 8 MiB an object is put at once, above that in parts, which are dropped if it does not become whole. Its
//! SHA-256 is kept in its metadata; what came in by a signed URL that named none, or past us, has none, for nothing
//! here reads a whole object to answer a question about it. What an answer means is decided in `failure.rs`.

mod client;
mod config;
mod failure;
mod info;
mod multipart;
mod storage;
mod urls;

pub use config::{InvalidR2Config, R2Config};
pub use storage::R2Storage;
