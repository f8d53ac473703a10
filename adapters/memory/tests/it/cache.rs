//! What memory promises beyond the contract of a cache.

use std::sync::Arc;
use std::time::Duration;

use saaskit_conformance::fixtures::FixedClock;
use saaskit_kernel::{Cache, CacheKey};
use saaskit_memory::MemoryCache;

const MINUTE: Duration = Duration::from_mins(1);
/// Room for four values of this size, and not for five.
const VALUE: [u8; 1000] = [7; 1000];

fn cache() -> (MemoryCache, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::default());
    (MemoryCache::new(clock.clone(), 5000), clock)
}

fn key(number: u32) -> CacheKey {
    CacheKey::new("test", number)
}

async fn set(cache: &MemoryCache, number: u32, ttl: Duration) {
    cache.set(&key(number), &VALUE, ttl).await.unwrap();
}

async fn held(cache: &MemoryCache) -> Vec<u32> {
    let mut held = Vec::new();
    for number in 0..20 {
        if cache.get(&key(number)).await.unwrap().is_some() {
            held.push(number);
        }
    }
    held
}

#[tokio::test]
async fn when_it_is_full_what_would_be_over_soonest_goes_first_and_of_those_the_oldest() {
    let (cache, _) = cache();
    for (number, minutes) in [(0, 5), (1, 1), (2, 5), (3, 5)] {
        set(&cache, number, MINUTE * minutes).await;
    }
    set(&cache, 4, MINUTE * 5).await;
    assert_eq!(held(&cache).await, [0, 2, 3, 4]);
    set(&cache, 5, MINUTE * 5).await;
    assert_eq!(held(&cache).await, [2, 3, 4, 5]);
}

#[tokio::test]
async fn what_is_over_makes_room() {
    let (cache, clock) = cache();
    for number in 0..4 {
        set(&cache, number, if number == 2 { MINUTE * 9 } else { MINUTE }).await;
    }
    clock.advance(MINUTE);
    for number in 5..8 {
        set(&cache, number, MINUTE).await;
    }
    assert_eq!(held(&cache).await, [2, 5, 6, 7]);
}

#[tokio::test]
async fn setting_and_removing_again_and_again_takes_no_room() {
    let (cache, _) = cache();
    for number in 0..3 {
        set(&cache, number, MINUTE).await;
    }
    for _ in 0..100 {
        set(&cache, 3, MINUTE * 2).await;
        set(&cache, 3, MINUTE).await;
        cache.remove(&[key(3), key(3)]).await.unwrap();
    }
    assert_eq!(held(&cache).await, [0, 1, 2]);
}

#[tokio::test]
async fn what_alone_is_too_large_is_not_kept_and_takes_nothing_along() {
    let (cache, _) = cache();
    set(&cache, 0, MINUTE).await;
    set(&cache, 1, MINUTE).await;
    cache.set(&key(1), &[7; 5000], MINUTE).await.unwrap();
    assert_eq!(held(&cache).await, [0], "and what it was to replace is gone");
}
