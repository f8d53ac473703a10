//! The laws of a limiter, whatever its clock does and whoever asks for how much.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use saaskit_kernel::{Bucket, LimitKey, RateLimiter, Taken};
use saaskit_memory::MemoryRateLimiter;

use crate::world::TestClock;

/// A limiter with one key, and its clock.
struct Counted {
    clock: Arc<TestClock>,
    limiter: MemoryRateLimiter,
    bucket: Bucket,
}

impl Counted {
    fn new(capacity: u32, window: u64) -> Self {
        let clock = Arc::new(TestClock::default());
        let limiter = MemoryRateLimiter::new(clock.clone(), 1);
        Self { clock, limiter, bucket: Bucket::new(capacity, Duration::from_millis(window)) }
    }

    fn take(&self, at: u64, tokens: u32) -> Taken {
        self.clock.set(Duration::from_millis(at));
        let key = LimitKey::new("laws", "ana");
        finish(self.limiter.take(&key, self.bucket, tokens)).unwrap()
    }
}

/// Nothing here waits for anything.
fn finish<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// The latest time that was seen until it was asked for, and what was given.
struct Given {
    latest: u64,
    tokens: u64,
}

/// For every stretch of time: never more than the burst and what came back since, and nothing for a clock that only
/// catches up.
fn is_bounded(given: &[Given], capacity: u64, window: u64) -> bool {
    (0..given.len()).all(|from| {
        let mut sum = 0;
        given[from..].iter().all(|take| {
            sum += take.tokens;
            sum * window <= capacity * (window + take.latest - given[from].latest)
        })
    })
}

/// Times that jump in both directions, and how much is asked for at each.
fn asks() -> impl Strategy<Value = Vec<(u64, u32)>> {
    prop::collection::vec((0_u64..5_000, 1_u32..12), 1..60)
}

proptest! {
    #[test]
    fn no_stretch_of_time_gives_more_than_burst_and_refill(
        asks in asks(), capacity in 1_u32..10, window in 1_u64..3_000,
    ) {
        let counted = Counted::new(capacity, window);
        let mut given: Vec<Given> = Vec::new();
        for (at, tokens) in asks {
            let taken = counted.take(at, tokens);
            prop_assert!(!taken.allowed || tokens <= capacity);
            let latest = given.last().map_or(at, |last| last.latest.max(at));
            given.push(Given { latest, tokens: if taken.allowed { tokens.into() } else { 0 } });
        }
        prop_assert!(is_bounded(&given, capacity.into(), window));
    }

    #[test]
    fn a_refusal_costs_nothing_and_says_the_millisecond_from_which_on_it_is_none(
        asks in asks(), capacity in 1_u32..10, window in 1_u64..3_000,
    ) {
        let counted = Counted::new(capacity, window);
        for (at, tokens) in asks {
            let taken = counted.take(at, tokens);
            if taken.allowed || tokens > capacity {
                continue;
            }
            let again = counted.take(at, tokens);
            prop_assert_eq!((again.allowed, again.remaining), (false, taken.remaining));
            prop_assert_eq!(again.retry_after, taken.retry_after);
            let wait = u64::try_from(taken.retry_after.as_millis()).unwrap();
            prop_assert!(!counted.take(at + wait - 1, tokens).allowed, "a millisecond early");
            prop_assert!(counted.take(at + wait, tokens).allowed);
        }
    }

    #[test]
    fn what_is_left_is_given_all_at_once_and_no_more_than_that(
        asks in asks(), capacity in 1_u32..10, window in 1_000_u64..3_000,
    ) {
        let counted = Counted::new(capacity, window);
        for (at, tokens) in asks {
            let left = counted.take(at, tokens).remaining;
            prop_assert!(left <= capacity);
            if left > 0 && tokens % 3 == 0 {
                prop_assert!(!counted.take(at, left + 1).allowed, "one more than there is");
                prop_assert_eq!(counted.take(at, left).remaining, 0);
            }
        }
    }
}
