//! What a cache must do; see [`saaskit_kernel::Cache`].

use std::sync::Arc;
use std::time::Duration;

use saaskit_kernel::{Cache, CacheKey, ErrorKind};

use crate::at_once::at_once;
use crate::fixtures::Elapse;

/// A cache, and the time it counts in.
#[derive(Debug, Clone)]
pub struct CacheHarness {
    /// The cache: empty, with room for a mebibyte.
    pub cache: Arc<dyn Cache>,
    /// Lets its time pass: [`FixedClock`](crate::fixtures::FixedClock) moves it, [`saaskit_kernel::SystemClock`]
    /// waits.
    pub time: Arc<dyn Elapse>,
}

impl CacheHarness {
    async fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.cache.get(&named(key)).await.unwrap()
    }

    async fn set(&self, key: &str, value: &str, ttl: Duration) {
        self.cache.set(&named(key), value.as_bytes(), ttl).await.unwrap();
    }

    async fn set_if_absent(&self, key: &str, value: &str, ttl: Duration) -> bool {
        self.cache.set_if_absent(&named(key), value.as_bytes(), ttl).await.unwrap()
    }

    async fn add(&self, key: &str, amount: i64, ttl: Duration) -> i64 {
        self.cache.add(&named(key), amount, ttl).await.unwrap()
    }

    async fn remove(&self, keys: &[&str]) {
        let keys: Vec<CacheKey> = keys.iter().map(|key| named(key)).collect();
        self.cache.remove(&keys).await.unwrap();
    }

    /// Lets a time to live be over.
    async fn outlive(&self, ttl: Duration) {
        self.time.elapse(ttl + Duration::from_millis(2)).await;
    }

    async fn assert_value(&self, key: &str, value: &str) {
        let held = self.get(key).await;
        assert_eq!(held.as_deref(), Some(value.as_bytes()), "{key}");
    }
}

/// Makes a module `cache_suite` of tests. Takes an expression for a future of
/// [`CacheHarness`](crate::cache::CacheHarness).
#[macro_export]
macro_rules! cache_suite {
    ($fresh:expr) => {
        $crate::suite! { cache_suite of cache, $fresh,
            what_was_never_set_is_absent
            what_was_set_is_got_back_byte_for_byte
            a_value_is_there_until_its_time_is_over_and_then_absent
            no_time_at_all_is_a_millisecond
            setting_again_replaces_the_value_and_its_time
            of_many_who_set_it_if_absent_exactly_one_did
            who_came_too_late_changes_neither_the_value_nor_its_time
            what_is_over_or_removed_can_be_set_if_absent
            adding_counts_from_nothing_in_decimal_digits
            a_counter_lives_as_long_as_who_counted_first_said
            no_addition_is_lost
            adding_to_what_is_no_number_changes_nothing
            however_many_are_removed_they_are_gone
            removing_what_is_not_there_is_no_failure
            keys_do_not_influence_each_other
            a_backend_that_is_there_answers
        }
    };
}

const LONG: Duration = Duration::from_hours(1);
/// Short enough to be waited for.
const SHORT: Duration = Duration::from_millis(40);

fn named(key: &str) -> CacheKey {
    CacheKey::new("conformance", key)
}

/// What was never set is absent.
pub async fn what_was_never_set_is_absent(harness: CacheHarness) {
    assert_eq!(harness.get("ana").await, None);
}

/// What was set is got back byte for byte.
pub async fn what_was_set_is_got_back_byte_for_byte(harness: CacheHarness) {
    let every_byte: Vec<u8> = (0..=255).collect();
    let values = [Vec::new(), every_byte.clone(), every_byte.repeat(1000), b"0".to_vec(), "Zoë\r\n".into()];
    for (number, value) in values.iter().enumerate() {
        let key = named(&number.to_string());
        harness.cache.set(&key, value, LONG).await.unwrap();
        assert_eq!(harness.cache.get(&key).await.unwrap().as_ref(), Some(value));
    }
}

/// A value is there until its time is over, and then absent.
pub async fn a_value_is_there_until_its_time_is_over_and_then_absent(harness: CacheHarness) {
    let ttl = Duration::from_secs(4);
    harness.set("ana", "here", ttl).await;
    harness.set("bob", "here", SHORT).await;
    harness.outlive(SHORT).await;
    harness.assert_value("ana", "here").await;
    assert_eq!(harness.get("bob").await, None);
    harness.outlive(ttl).await;
    assert_eq!(harness.get("ana").await, None);
}

/// A time to live below a millisecond is one: it is neither refused nor endless.
pub async fn no_time_at_all_is_a_millisecond(harness: CacheHarness) {
    let none = [Duration::ZERO, Duration::from_nanos(1)];
    for ttl in none {
        harness.set("ana", "here", ttl).await;
        harness.outlive(Duration::from_millis(1)).await;
        assert!(harness.set_if_absent("ana", "here", ttl).await);
        harness.outlive(Duration::from_millis(1)).await;
        assert_eq!(harness.add("ana", 1, ttl).await, 1);
        harness.outlive(Duration::from_millis(1)).await;
        assert_eq!(harness.get("ana").await, None);
    }
}

/// Setting again replaces the value and its time to live, by a longer and by a shorter one.
pub async fn setting_again_replaces_the_value_and_its_time(harness: CacheHarness) {
    harness.set("longer", "one", SHORT).await;
    harness.set("longer", "two", LONG).await;
    harness.set("shorter", "one", LONG).await;
    harness.set("shorter", "two", SHORT).await;
    harness.outlive(SHORT).await;
    harness.assert_value("longer", "two").await;
    assert_eq!(harness.get("shorter").await, None);
}

/// Of any number of concurrent callers who set one absent key, exactly one is told it did, and its value is there.
pub async fn of_many_who_set_it_if_absent_exactly_one_did(harness: CacheHarness) {
    for round in 0..10 {
        let caller = |caller: u32| {
            let harness = harness.clone();
            async move {
                let key = round.to_string();
                harness.set_if_absent(&key, &caller.to_string(), LONG).await
            }
        };
        let did = at_once((0..16).map(caller).collect()).await;
        let winners: Vec<usize> = (0..16).filter(|caller| did[*caller]).collect();
        assert_eq!(winners.len(), 1, "{did:?}");
        harness.assert_value(&round.to_string(), &winners[0].to_string()).await;
    }
}

/// Who came too late changes neither the value nor how long it lives.
pub async fn who_came_too_late_changes_neither_the_value_nor_its_time(harness: CacheHarness) {
    let ttl = Duration::from_secs(2);
    assert!(harness.set_if_absent("ana", "first", ttl).await);
    assert!(!harness.set_if_absent("ana", "second", LONG).await);
    harness.assert_value("ana", "first").await;
    harness.outlive(ttl).await;
    assert_eq!(harness.get("ana").await, None);
}

/// What is over, or was removed, is absent for whoever sets it next.
pub async fn what_is_over_or_removed_can_be_set_if_absent(harness: CacheHarness) {
    harness.set("over", "one", SHORT).await;
    harness.set("removed", "one", LONG).await;
    harness.remove(&["removed"]).await;
    harness.outlive(SHORT).await;
    for key in ["over", "removed"] {
        assert!(harness.set_if_absent(key, "two", LONG).await);
        harness.assert_value(key, "two").await;
    }
}

/// Adding counts from 0 where there is nothing, also downwards; the value is the number in decimal digits.
pub async fn adding_counts_from_nothing_in_decimal_digits(harness: CacheHarness) {
    assert_eq!(harness.add("ana", 3, LONG).await, 3);
    assert_eq!(harness.add("ana", -5, LONG).await, -2);
    harness.assert_value("ana", "-2").await;
    harness.set("ana", "40", LONG).await;
    assert_eq!(harness.add("ana", 2, LONG).await, 42);
    assert_eq!(harness.add("most", i64::MAX, LONG).await, i64::MAX);
    assert_eq!(harness.add("least", i64::MIN, LONG).await, i64::MIN);
    harness.assert_value("least", &i64::MIN.to_string()).await;
    harness.remove(&["ana"]).await;
    assert_eq!(harness.add("ana", 1, LONG).await, 1);
}

/// A counter lives as long as whoever counted first said; then it counts from 0 again.
pub async fn a_counter_lives_as_long_as_who_counted_first_said(harness: CacheHarness) {
    let ttl = Duration::from_secs(2);
    harness.add("ana", 1, ttl).await;
    assert_eq!(harness.add("ana", 1, LONG).await, 2);
    harness.add("bob", 1, LONG).await;
    harness.add("bob", 1, SHORT).await;
    harness.outlive(ttl).await;
    assert_eq!(harness.add("ana", 1, LONG).await, 1);
    assert_eq!(harness.add("bob", 1, LONG).await, 3);
}

/// Of concurrent additions none is lost, and no two are told the same sum.
pub async fn no_addition_is_lost(harness: CacheHarness) {
    let caller = |_| {
        let harness = harness.clone();
        async move {
            let mut told = Vec::new();
            for _ in 0..20 {
                told.push(harness.add("ana", 1, LONG).await);
            }
            told
        }
    };
    let mut told = at_once((0..16).map(caller).collect()).await.concat();
    told.sort_unstable();
    assert_eq!(told, (1..=320).collect::<Vec<_>>());
}

/// Adding to what is no number, or beyond the numbers there are, is invalid and changes nothing.
pub async fn adding_to_what_is_no_number_changes_nothing(harness: CacheHarness) {
    let largest = i64::MAX.to_string();
    for held in ["ana", "", "1.5", " 1", "+1", "01", "1\n", "9223372036854775808", &largest] {
        harness.set("ana", held, LONG).await;
        let error = harness.cache.add(&named("ana"), 1, LONG).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{held:?}");
        harness.assert_value("ana", held).await;
    }
}

/// However many keys are removed in one go, all of them are gone, and nothing else.
pub async fn however_many_are_removed_they_are_gone(harness: CacheHarness) {
    let keys: Vec<String> = (0..1500).map(|number| format!("user {number}")).collect();
    for key in &keys {
        harness.set(key, "here", LONG).await;
    }
    let gone: Vec<&str> = keys[1..].iter().map(String::as_str).collect();
    harness.remove(&gone).await;
    for key in &gone {
        assert_eq!(harness.get(key).await, None, "{key}");
    }
    harness.assert_value(&keys[0], "here").await;
}

/// Removing what is not there, or nothing, is no failure, and what is there among it goes.
pub async fn removing_what_is_not_there_is_no_failure(harness: CacheHarness) {
    harness.remove(&[]).await;
    harness.remove(&["ana"]).await;
    harness.set("bob", "here", LONG).await;
    harness.remove(&["ana", "bob", "bob"]).await;
    assert_eq!(harness.get("bob").await, None);
}

/// Keys do not influence each other, whatever characters they hold: none is a prefix or a pattern of another.
pub async fn keys_do_not_influence_each_other(harness: CacheHarness) {
    let subjects =
        ["", "a", "ab", "a*", "*", "a:b", "b", "a b", "{a}", "{}", "A", "a\u{0}", "ä", "a\r\nDEL a"];
    let spaces = ["conformance", "conformance:a", "c*"];
    let keys = || spaces.iter().flat_map(|space| subjects.map(|subject| CacheKey::new(space, subject)));
    for (number, key) in keys().enumerate() {
        harness.cache.set(&key, number.to_string().as_bytes(), LONG).await.unwrap();
    }
    for (number, key) in keys().enumerate() {
        let held = harness.cache.get(&key).await.unwrap();
        assert_eq!(held, Some(number.to_string().into_bytes()), "{key:?}");
    }
    harness.remove(&["*", "a*"]).await;
    harness.assert_value("ab", "2").await;
}

/// A backend that is there answers.
pub async fn a_backend_that_is_there_answers(harness: CacheHarness) {
    harness.cache.ping().await.unwrap();
}
