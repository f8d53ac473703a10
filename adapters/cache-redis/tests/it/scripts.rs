use std::time::Duration;

use saaskit_cache_redis::RedisConfig;
use saaskit_kernel::{Bucket, Cache, CacheKey, Clock, ErrorKind, LimitKey, RateLimiter, SystemClock};
use saaskit_peers::RedisServer;

use crate::node::{LONG, Node, config};

/// A token every ten seconds.
const STEADY: Bucket = Bucket::new(2, Duration::from_secs(20));

async fn own() -> (RedisServer, RedisConfig, Node) {
    let server = RedisServer::start(&[]).unwrap();
    let config = config(&server.url());
    let node = Node::of(&config).await;
    (server, config, node)
}

/// Where the bucket of that subject lies.
fn name(config: &RedisConfig, subject: &str) -> String {
    format!("{}limit:2:it:{subject}", config.prefix)
}

#[tokio::test]
async fn a_server_that_forgot_the_scripts_is_told_them_again() {
    let (server, _, node) = own().await;
    let counter = CacheKey::new("it", "counter");
    for round in 1..=2 {
        assert_eq!(node.take("ana", STEADY).await.remaining, 2 - round);
        assert_eq!(node.cache.add(&counter, 1, LONG).await.unwrap(), i64::from(round));
        server.ask(&["script", "flush"]).unwrap();
    }
}

#[tokio::test]
async fn a_bucket_lies_there_no_longer_than_it_is_not_full() {
    let (server, config, node) = own().await;
    let reset = node.take("ana", STEADY).await.reset_after;
    let left: u128 = server.ask(&["pttl", &name(&config, "ana")]).unwrap().trim().parse().unwrap();
    assert!((1..=reset.as_millis()).contains(&left), "{left} of {reset:?}");
    let untouched = node.limiter.take(&LimitKey::new("it", "bob"), STEADY, 0).await.unwrap();
    assert!(untouched.allowed && untouched.remaining == 2, "{untouched:?}");
    assert_eq!(server.ask(&["exists", &name(&config, "bob")]).unwrap().trim(), "0");
}

#[tokio::test]
async fn a_clock_that_went_back_gives_nothing_before_it_has_caught_up() {
    let (server, config, node) = own().await;
    let ahead = SystemClock.now().plus(Duration::from_mins(1)).millis();
    let empty = format!("{} {ahead} 2 20000", 2 * 20_000);
    server.ask(&["set", &name(&config, "ana"), &empty]).unwrap();
    let refused = node.take("ana", STEADY).await;
    assert!(!refused.allowed && refused.remaining == 0, "{refused:?}");
    let wait = refused.retry_after.as_secs();
    assert!((60..=70).contains(&wait), "a minute until it has caught up, and then a token: {wait} s");
}

#[tokio::test]
async fn a_key_that_is_given_a_larger_bucket_keeps_what_it_has_used() {
    let (_server, _, node) = own().await;
    assert_eq!(node.take("ana", STEADY).await.remaining, 1);
    let doubled = Bucket::new(4, Duration::from_mins(1));
    assert_eq!(node.take("ana", doubled).await.remaining, 2);
    assert_eq!(node.take("ana", STEADY).await.remaining, 0);
}

#[tokio::test]
async fn the_largest_bucket_is_counted_exactly_and_a_larger_one_is_refused() {
    let (_server, _, node) = own().await;
    let day = Duration::from_hours(24);
    let largest = Bucket::new(26_000_000, day);
    assert_eq!(node.take("ana", largest).await.remaining, 25_999_999);
    let all = LimitKey::new("it", "bob");
    assert!(node.limiter.take(&all, largest, 26_000_000).await.unwrap().allowed);
    let refused = node.limiter.take(&all, largest, 26_000_000).await.unwrap();
    let nearly = Duration::from_hours(23);
    assert!(!refused.allowed && refused.retry_after <= day, "{refused:?}");
    assert!(refused.retry_after > nearly && refused.reset_after > nearly, "{refused:?}");
    let larger = node.limiter.take(&all, Bucket::new(u32::MAX, day), 1).await.unwrap_err();
    assert_eq!(larger.kind(), ErrorKind::Invalid);
}
