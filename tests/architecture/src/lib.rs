//! The rules of the house, as functions from what stands in the workspace to what is wrong with it.
//!
//! Each rule answers with sentences, one a fault; `tests/rules` asks every rule about this workspace and expects
//! none. A rule's own unit test shows that it can find something.

/// Which crate may depend on which.
pub mod arrows;
/// How large things may be: alarms, not goals.
pub mod budget;
/// The documents that list what the code declares.
pub mod catalogue;
/// What a change of the API breaks.
pub mod contract;
/// What the documents say about the tree.
pub mod docs;
/// What comes from outside: licences and banned crates.
pub mod outside;
/// Which adapter calls which conformance suite.
pub mod suites;
/// What the text of the files may hold.
pub mod text;
mod workspace;

pub use workspace::{Dependency, File, Kind, Package, Workspace};
