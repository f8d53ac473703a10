//! The layers between the socket and a handler, each usable alone. From the outside in: request id, trace,
//! security headers, CORS, compression, problems, panics, timeout; then, at each route, the door.
//!
//! Problems lie inside whatever changes an answer, so that a refusal carries the same headers as a success.

mod admission;
mod compression;
mod cors;
mod headers;
mod panic;
mod problems;
mod request_id;
mod timeout;
mod trace;

pub(crate) use admission::{Gate, admit};
pub(crate) use compression::AsItIs;
pub use compression::compression;
pub use cors::cors;
pub use headers::security_headers;
pub use panic::catch_panics;
pub use problems::problems;
pub use request_id::request_id;
pub use timeout::timeout;
pub use trace::{TraceParent, trace};
