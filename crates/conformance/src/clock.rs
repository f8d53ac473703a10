//! What a clock must do; see [`saaskit_kernel::Clock`].

use std::sync::Arc;
use std::time::Duration;

use saaskit_kernel::{Clock, Timestamp};

use crate::fixtures::Elapse;

/// A clock, and a way to let its time pass.
#[derive(Debug, Clone)]
pub struct ClockHarness {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Lets its time pass.
    pub time: Arc<dyn Elapse>,
}

/// Makes a module `clock_suite` of tests. Takes an expression for a future of
/// [`ClockHarness`](crate::clock::ClockHarness).
#[macro_export]
macro_rules! clock_suite {
    ($fresh:expr) => {
        $crate::suite! { clock_suite of clock, $fresh,
            two_calls_apart_in_time_differ_by_about_that_time
            it_tells_a_time_that_every_store_can_hold
        }
    };
}

/// Two calls apart in time differ by about that time.
pub async fn two_calls_apart_in_time_differ_by_about_that_time(harness: ClockHarness) {
    let apart = Duration::from_millis(50);
    let before = harness.clock.now();
    harness.time.elapse(apart).await;
    let passed = harness.clock.now().since(before);
    assert!(passed >= apart && passed < apart + Duration::from_secs(5), "{passed:?}");
}

/// The time is some time in between the first and the last that can be told.
pub async fn it_tells_a_time_that_every_store_can_hold(harness: ClockHarness) {
    let now = harness.clock.now();
    assert!(Timestamp::MIN < now && now < Timestamp::MAX, "{now}");
}
