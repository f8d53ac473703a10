//! Auth's use cases, on the memory store, a clock that stands and entropy that counts.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::unchecked_time_subtraction,
    reason = "a test says by a panic that something does not hold"
)]

mod act_in;
mod administer;
mod another_cookie;
mod appoint;
mod authenticate;
mod change_email;
mod change_password;
mod cookies;
mod delete_account;
mod keep_keys;
mod lockout;
mod log_in;
mod log_out;
mod may;
mod profile;
mod register;
mod renew;
mod reseal;
mod reset_password;
mod roles;
mod secrets;
mod sessions;
mod set_up;
mod step_up;
mod verify_email;
mod world;
