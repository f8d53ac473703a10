//! The layers between the socket and a handler, each usable alone. From the outside in: request id, trace,
//! security headers, compression, problems, reports of bugs, the count of preflights, CORS, panics, timeout; then, at each route, the
//! door, requests that are sent again, and answers that need not be.
//!
//! Problems lie inside whatever changes an answer, so that a refusal carries the same headers as a success. CORS adds
//! headers only, and answers preflights itself: they are counted outside of it.

mod admission;
mod compression;
mod conditional;
mod cors;
mod headers;
mod knock;
mod once;
mod panic;
mod problems;
mod report;
mod request_id;
mod timeout;
mod trace;

pub(crate) use admission::{Gate, admit, count_preflights};
pub(crate) use compression::AsItIs;
pub use compression::compression;
pub use cors::cors;
pub use headers::security_headers;
pub use panic::catch_panics;
pub use problems::problems;
pub use report::report;
pub use request_id::request_id;
pub use timeout::timeout;
pub use trace::{TraceParent, trace};
