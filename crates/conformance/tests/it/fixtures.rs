use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use saaskit_conformance::clock::ClockHarness;
use saaskit_conformance::fixtures::{CountingEntropy, FixedClock, source};
use saaskit_kernel::{Clock, Entropy, SystemClock, SystemEntropy, Timestamp, UserId};

mod fixed {
    use super::*;

    fn clock() -> ClockHarness {
        let clock = Arc::new(FixedClock::default());
        ClockHarness { clock: clock.clone(), time: clock }
    }

    fn entropy() -> Arc<dyn Entropy> {
        Arc::new(CountingEntropy::default())
    }

    saaskit_conformance::clock_suite!(std::future::ready(super::clock()));
    saaskit_conformance::entropy_suite!(std::future::ready(super::entropy()));
}

mod system {
    use super::*;

    fn clock() -> ClockHarness {
        ClockHarness { clock: Arc::new(SystemClock), time: Arc::new(SystemClock) }
    }

    fn entropy() -> Arc<dyn Entropy> {
        Arc::new(SystemEntropy)
    }

    saaskit_conformance::clock_suite!(std::future::ready(super::clock()));
    saaskit_conformance::entropy_suite!(std::future::ready(super::entropy()));
}

/// The other half of the clock's contract, which takes a second clock to be seen.
#[test]
#[expect(clippy::disallowed_methods, reason = "compares the system's clock with what it is read from")]
fn the_systems_milliseconds_are_cut_and_never_rounded_up() {
    let exact = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let cut = |time: Duration| Timestamp::from_millis(i64::try_from(time.as_millis()).unwrap());
    for _ in 0..10_000 {
        let (before, told, after) = (exact(), SystemClock.now(), exact());
        assert!(cut(before) <= told && told <= cut(after), "{told} is not between {before:?} and {after:?}");
    }
}

#[test]
fn ids_of_the_fixtures_ascend_and_are_the_same_in_every_run() {
    let ids = || -> Vec<UserId> {
        let source = source();
        (0..1000).map(|_| source.id()).collect()
    };
    assert!(ids().is_sorted());
    assert_eq!(ids(), ids());
}
