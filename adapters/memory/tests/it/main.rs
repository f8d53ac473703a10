//! Memory obeys every contract, and the kernel's worker works on it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says by a panic that it fails"
)]

mod cache;
mod limit;
mod memory;
mod moving;
mod storage;
mod watch;
mod worker;
