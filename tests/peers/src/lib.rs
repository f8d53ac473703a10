//! The servers that tests talk to: each is started on a free port with data that is thrown away, and ends with the
//! value that stands for it, and with this process however that ends.
//!
//! `cargo verify` starts those that many tests share; a test that kills, pauses or slows down a server starts one
//! of its own.

mod apt;
mod authority;
#[cfg(feature = "bucket")]
mod bucket;
mod client;
mod command;
mod front;
mod guarded;
mod http;
mod mongo;
mod port;
mod postgres;
mod proxy;
mod python;
mod redis;
mod smtp;
mod sns;
mod twilio;

pub use apt::installed;
pub use authority::Authority;
#[cfg(feature = "bucket")]
pub use bucket::Bucket;
pub use client::{get, post};
pub use command::succeed;
pub use front::{Exchange, Front, Order};
pub use guarded::Guarded;
pub use http::{Answer, Asked, Http};
pub use mongo::Mongo;
pub use port::{free_port, listening};
pub use postgres::Postgres;
pub use proxy::{Proxy, Weather};
pub use python::environment;
pub use redis::{RedisCluster, RedisSentinel, RedisServer};
pub use smtp::Smtp;
pub use sns::Sns;
pub use twilio::Twilio;

/// The repository this was built in.
pub fn root() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
