//! The laws of a token bucket; see [`saaskit_kernel::RateLimiter`].

use std::sync::Arc;
use std::time::Duration;

use saaskit_kernel::{Bucket, Clock, LimitKey, RateLimiter, Taken, Timestamp};

use crate::at_once::at_once;
use crate::fixtures::{Elapse, FixedClock};

/// A limiter, and the time it counts in.
#[derive(Debug, Clone)]
pub struct RateLimiterHarness {
    /// The limiter, without any bucket.
    pub limiter: Arc<dyn RateLimiter>,
    /// Tells the time the limiter counts in, or one that runs alike.
    pub clock: Arc<dyn Clock>,
    /// Lets that time pass: [`FixedClock`] moves it, [`saaskit_kernel::SystemClock`] waits.
    pub time: Arc<dyn Elapse>,
}

impl RateLimiterHarness {
    async fn take(&self, key: &str, bucket: Bucket, tokens: u32) -> Taken {
        self.limiter.take(&LimitKey::new("conformance", key), bucket, tokens).await.unwrap()
    }
}

/// A limiter whose clock can be set.
#[derive(Debug, Clone)]
pub struct TurnedClockHarness {
    /// The limiter, without any bucket.
    pub limiter: Arc<dyn RateLimiter>,
    /// Its clock.
    pub clock: Arc<FixedClock>,
}

/// Makes a module `rate_limiter_suite` of tests. Takes an expression for a future of
/// [`RateLimiterHarness`](crate::rate_limiter::RateLimiterHarness).
#[macro_export]
macro_rules! rate_limiter_suite {
    ($fresh:expr) => {
        $crate::suite! { rate_limiter_suite of rate_limiter, $fresh,
            a_fresh_key_holds_its_full_capacity
            no_stretch_of_time_gives_more_than_burst_and_refill
            all_tokens_are_given_or_none
            a_refusal_costs_nothing
            more_than_the_capacity_is_never_given
            retry_after_is_true
            reset_after_is_true
            tokens_come_back_evenly
            a_full_bucket_gets_no_fuller
            concurrent_callers_together_get_no_more_than_one
            keys_do_not_influence_each_other
        }
    };
}

/// Makes a module `turned_clock_suite` of tests: for limiters whose clock can be set. Takes an expression for a
/// future of [`TurnedClockHarness`](crate::rate_limiter::TurnedClockHarness).
#[macro_export]
macro_rules! turned_clock_suite {
    ($fresh:expr) => {
        $crate::suite! { turned_clock_suite of rate_limiter, $fresh,
            a_clock_that_goes_back_gives_nothing
        }
    };
}

/// Refills so slowly that nothing comes back during a check.
const SLOW: Bucket = Bucket::new(5, Duration::from_hours(24));
/// A token every two seconds.
const STEADY: Bucket = Bucket::new(2, Duration::from_secs(4));
const SECOND: Duration = Duration::from_secs(1);

/// A fresh key holds its full capacity, and then nothing.
pub async fn a_fresh_key_holds_its_full_capacity(harness: RateLimiterHarness) {
    for left in (0..5).rev() {
        let taken = harness.take("ana", SLOW, 1).await;
        assert_eq!((taken.allowed, taken.remaining, taken.retry_after), (true, left, Duration::ZERO));
    }
    let refused = harness.take("ana", SLOW, 1).await;
    assert!(
        !refused.allowed && refused.remaining == 0 && refused.retry_after > Duration::ZERO,
        "{refused:?}"
    );
    assert!(harness.take("bob", SLOW, 5).await.allowed, "all of it at once");
}

/// One take: what was given, and the stretch of time it fell into.
struct Given {
    begun: Timestamp,
    ended: Timestamp,
    tokens: u32,
}

/// In any stretch of time `t` at most `capacity × (1 + t / window)` tokens are given.
pub async fn no_stretch_of_time_gives_more_than_burst_and_refill(harness: RateLimiterHarness) {
    for (capacity, window) in [(1, 40), (7, 100), (3, 1000)] {
        let bucket = Bucket::new(capacity, Duration::from_millis(window));
        let mut past: Vec<Given> = Vec::new();
        for step in 0_u32..60 {
            harness.time.elapse(Duration::from_millis(u64::from(step * step % 29))).await;
            let wanted = 1 + step % capacity;
            let begun = harness.clock.now();
            let taken = harness.take(&capacity.to_string(), bucket, wanted).await;
            let tokens = if taken.allowed { wanted } else { 0 };
            past.push(Given { begun, ended: harness.clock.now(), tokens });
            assert_bounded(&past, bucket);
        }
        assert!(past.iter().map(|take| take.tokens).sum::<u32>() > capacity, "something came back");
    }
}

/// For every stretch that ends with the last take. A clock cuts milliseconds off, hence one more of them.
fn assert_bounded(takes: &[Given], bucket: Bucket) {
    let Some(last) = takes.last() else { return };
    let mut given = 0;
    for take in takes.iter().rev() {
        given += take.tokens;
        let millis = last.ended.since(take.begun).as_millis() + 1;
        let most = u128::from(bucket.capacity) * (bucket.window.as_millis() + millis);
        assert!(
            u128::from(given) * bucket.window.as_millis() <= most,
            "{given} in {millis} ms of {bucket:?}"
        );
    }
}

/// All tokens asked for are given, or none is taken.
pub async fn all_tokens_are_given_or_none(harness: RateLimiterHarness) {
    assert_eq!(harness.take("ana", SLOW, 3).await.remaining, 2);
    let refused = harness.take("ana", SLOW, 3).await;
    assert_eq!((refused.allowed, refused.remaining), (false, 2));
    let rest = harness.take("ana", SLOW, 2).await;
    assert_eq!((rest.allowed, rest.remaining), (true, 0));
}

/// However often it is refused, a caller waits no longer for it.
pub async fn a_refusal_costs_nothing(harness: RateLimiterHarness) {
    harness.take("ana", SLOW, 5).await;
    let first = harness.take("ana", SLOW, 1).await;
    for _ in 0..50 {
        assert!(!harness.take("ana", SLOW, 1).await.allowed);
    }
    let last = harness.take("ana", SLOW, 1).await;
    assert!(last.retry_after <= first.retry_after, "{last:?} after {first:?}");
}

/// More tokens than the capacity are never given, also by a full bucket, and cost nothing.
pub async fn more_than_the_capacity_is_never_given(harness: RateLimiterHarness) {
    for tokens in [6, 1000, u32::MAX] {
        assert!(!harness.take("ana", SLOW, tokens).await.allowed);
    }
    assert!(harness.take("ana", SLOW, 5).await.allowed);
}

/// `retry_after` is true: not a second earlier, and by then allowed.
pub async fn retry_after_is_true(harness: RateLimiterHarness) {
    assert!(harness.take("ana", STEADY, 2).await.allowed);
    let wait = harness.take("ana", STEADY, 1).await.retry_after;
    assert!(wait > SECOND && wait <= 2 * SECOND, "{wait:?}");
    harness.time.elapse(wait.saturating_sub(SECOND)).await;
    let early = harness.take("ana", STEADY, 1).await;
    assert!(!early.allowed, "a second early");
    harness.time.elapse(early.retry_after).await;
    assert!(harness.take("ana", STEADY, 1).await.allowed);
}

/// `reset_after` is true: by then the bucket is full.
pub async fn reset_after_is_true(harness: RateLimiterHarness) {
    let taken = harness.take("ana", STEADY, 1).await;
    assert!(taken.reset_after > SECOND && taken.reset_after <= 2 * SECOND, "{taken:?}");
    harness.time.elapse(taken.reset_after).await;
    assert!(harness.take("ana", STEADY, 2).await.allowed);
}

/// Half a window gives back half the capacity, not all of it at the end and not all of it at once.
pub async fn tokens_come_back_evenly(harness: RateLimiterHarness) {
    assert!(harness.take("ana", STEADY, 2).await.allowed);
    harness.time.elapse(STEADY.window / 2).await;
    assert!(harness.take("ana", STEADY, 1).await.allowed);
    assert!(!harness.take("ana", STEADY, 1).await.allowed);
}

/// What is not used is not saved up.
pub async fn a_full_bucket_gets_no_fuller(harness: RateLimiterHarness) {
    harness.take("ana", STEADY, 1).await;
    harness.time.elapse(STEADY.window).await;
    assert_eq!(harness.take("ana", STEADY, 1).await.remaining, 1);
    assert!(!harness.take("ana", STEADY, 2).await.allowed);
}

/// Any number of concurrent callers together get no more than one caller would.
pub async fn concurrent_callers_together_get_no_more_than_one(harness: RateLimiterHarness) {
    let caller = |_| {
        let harness = harness.clone();
        async move {
            let mut given = 0;
            for _ in 0..10 {
                given += u32::from(harness.take("ana", SLOW, 1).await.allowed);
            }
            given
        }
    };
    let given = at_once((0..16).map(caller).collect()).await;
    assert_eq!(given.iter().sum::<u32>(), SLOW.capacity, "{given:?}");
}

/// Keys do not influence each other: none is a prefix or a pattern of another.
pub async fn keys_do_not_influence_each_other(harness: RateLimiterHarness) {
    let keys = ["a", "ab", "a*", "*", "a:b", "a b", "{a}", "A", "a\u{0}", "ä"];
    for key in keys {
        let taken = harness.take(key, SLOW, 5).await;
        assert!(taken.allowed, "{key:?}: {taken:?}");
    }
    for key in keys {
        assert!(!harness.take(key, SLOW, 1).await.allowed, "{key:?}");
    }
}

/// A clock that goes back gives nothing, neither when it does nor when it has caught up.
pub async fn a_clock_that_goes_back_gives_nothing(harness: TurnedClockHarness) {
    let key = LimitKey::new("conformance", "ana");
    let take = async |tokens| harness.limiter.take(&key, STEADY, tokens).await.unwrap();
    let begun = harness.clock.now();
    assert!(take(2).await.allowed);
    harness.clock.set(begun.minus(60 * SECOND));
    let refused = take(1).await;
    assert!(!refused.allowed);
    harness.clock.set(begun);
    assert!(!take(1).await.allowed, "the minute it went back is not given when it catches up");
    harness.clock.set(begun.minus(60 * SECOND).plus(refused.retry_after));
    assert!(take(1).await.allowed);
    assert!(!take(1).await.allowed);
}
