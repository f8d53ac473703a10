//! Several servers on one database and one Redis: what the tests of them are written with.
//!
//! A [`Cluster`] is servers side by side in one world; a [`Front`] stands before them as a proxy would; a [`Sink`]
//! takes their mail and counts it.
#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a story that can't go on ends there")]

mod cluster;
mod front;
mod measure;
mod sink;

pub use cluster::Cluster;
pub use front::{Front, Heard, Load};
pub use measure::{often, say};
pub use saaskit_journeys::now;
pub use sink::Sink;
