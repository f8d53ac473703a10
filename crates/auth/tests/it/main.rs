//! Auth's use cases, on the memory store, a clock that stands and entropy that counts.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::unchecked_time_subtraction,
    reason = "a test says by a panic that something does not hold"
)]

mod authenticate;
mod keep_keys;
mod log_in;
mod log_out;
mod register;
mod secrets;
mod set_up;
mod verify_email;
mod world;
