//! The servers that tests talk to: each is started on a free port with data that is thrown away, and ends with the
//! value that stands for it, and with this process however that ends.
//!
//! `cargo verify` starts those that many tests share; a test that kills, pauses or slows down a server starts one
//! of its own.

mod apt;
mod command;
mod guarded;
mod port;
mod postgres;
mod python;
mod smtp;

pub use apt::installed;
pub use command::succeed;
pub use guarded::Guarded;
pub use port::free_port;
pub use postgres::Postgres;
pub use python::environment;
pub use smtp::Smtp;

/// The repository this was built in.
pub fn root() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
