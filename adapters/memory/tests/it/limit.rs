//! What memory promises beyond the laws of a bucket.

use std::sync::Arc;
use std::time::Duration;

use saaskit_conformance::fixtures::FixedClock;
use saaskit_kernel::{Bucket, LimitKey, RateLimiter, Taken};
use saaskit_memory::MemoryRateLimiter;

const BUCKET: Bucket = Bucket::new(2, Duration::from_secs(20));

fn limiter(most: usize) -> (MemoryRateLimiter, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::default());
    (MemoryRateLimiter::new(clock.clone(), most), clock)
}

async fn take(limiter: &MemoryRateLimiter, subject: usize, bucket: Bucket) -> Taken {
    limiter.take(&LimitKey::new("test", subject), bucket, 1).await.unwrap()
}

#[tokio::test]
async fn with_every_place_in_use_an_unknown_key_is_refused_and_a_known_one_keeps_its_bucket() {
    let (limiter, _) = limiter(3);
    for subject in 0..3 {
        assert!(take(&limiter, subject, BUCKET).await.allowed);
    }
    for stranger in 3..1000 {
        let refused = take(&limiter, stranger, BUCKET).await;
        assert!(!refused.allowed && refused.retry_after > Duration::ZERO);
    }
    for subject in 0..3 {
        assert_eq!(take(&limiter, subject, BUCKET).await.remaining, 0, "nothing was forgotten");
    }
}

#[tokio::test]
async fn a_bucket_that_is_full_again_makes_room() {
    let (limiter, clock) = limiter(2);
    take(&limiter, 0, BUCKET).await;
    clock.advance(Duration::from_secs(9));
    take(&limiter, 1, BUCKET).await;
    assert!(!take(&limiter, 2, BUCKET).await.allowed);
    clock.advance(Duration::from_secs(1));
    assert!(take(&limiter, 2, BUCKET).await.allowed, "the first is full again");
    assert!(!take(&limiter, 3, BUCKET).await.allowed);
}

#[tokio::test]
async fn a_key_that_is_given_a_larger_bucket_keeps_what_it_has_used() {
    let (limiter, _) = limiter(2);
    take(&limiter, 0, BUCKET).await;
    let doubled = Bucket::new(4, Duration::from_mins(1));
    assert_eq!(take(&limiter, 0, doubled).await.remaining, 2);
    assert_eq!(take(&limiter, 0, BUCKET).await.remaining, 0);
}

#[tokio::test]
async fn who_fills_one_limit_shuts_nobody_out_of_another() {
    let (limiter, _) = limiter(2);
    for subject in 0..9 {
        take(&limiter, subject, BUCKET).await;
    }
    let elsewhere = LimitKey::new("another", 9);
    assert!(limiter.take(&elsewhere, BUCKET, 1).await.unwrap().allowed);
}
