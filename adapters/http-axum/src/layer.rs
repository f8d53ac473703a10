//! The layers between the socket and a handler, each usable alone. From the outside in: measures, request id, trace,
//! security headers, tags of what was compressed, compression, problems, reports of bugs, the count of preflights, CORS, panics, timeout; then, at
//! each route, the door, requests that are sent again, and answers that need not be.
//!
//! Problems lie inside whatever changes an answer, so that a refusal carries the same headers as a success. CORS adds
//! headers only, and answers preflights itself: they are counted outside of it.

mod admission;
mod around;
mod coded_tags;
mod compression;
mod conditional;
mod cors;
mod headers;
mod knock;
mod measure;
mod once;
mod panic;
mod preflight;
mod problems;
mod report;
mod request_id;
mod timeout;
mod trace;

pub(crate) use admission::{Gate, admit};
pub use around::{Around, AroundLayer, AroundService, Serving};
pub use coded_tags::{CodedTags, coded_tags};
pub(crate) use compression::AsItIs;
pub use compression::compression;
pub use cors::cors;
pub use headers::{Secured, security_headers};
pub(crate) use knock::bearer;
pub use measure::Requests;
pub(crate) use measure::{Measured, measure};
pub use panic::catch_panics;
pub(crate) use preflight::OfPreflights;
pub use problems::{Completed, problems};
pub use report::{Reported, report};
pub use request_id::{Named, request_id};
pub use timeout::{Timed, TimeoutLayer, timeout};
pub use trace::{TraceParent, Traced, trace};
