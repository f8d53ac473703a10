use std::time::Duration;

use saaskit_cache_redis::RedisConfig;
use saaskit_kernel::Secret;

fn at(url: &str) -> RedisConfig {
    RedisConfig::new(Secret::new(url))
}

#[test]
fn every_way_of_running_redis_has_its_url() {
    for url in [
        "redis://cache",
        "redis://:hunter2@cache:6380/3",
        "redis-cluster://one:7000?node=two:7000&node=three:7000",
        "redis-sentinel://ana:hunter2@one:26379?node=two:26379&sentinelServiceName=main",
    ] {
        assert_eq!(at(url).check(), Ok(()), "{url}");
    }
    for url in
        ["", "cache:6379", "http://cache", "redis://", "redis://cache/one", "redis-sentinel://one:26379"]
    {
        assert_eq!(at(url).check().unwrap_err().rules().len(), 1, "{url}");
    }
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let wrong = RedisConfig {
        root_certificate: Some("-----BEGIN CERTIFICATE-----".to_owned()),
        connections: 0,
        timeout: Duration::ZERO,
        connect_timeout: Duration::from_mins(1),
        prefix: "with space ".to_owned(),
        ..at("memcached://cache")
    };
    assert_eq!(wrong.check().unwrap_err().rules().len(), 6);
}

#[test]
fn no_password_is_printed() {
    let config = at("redis://ana:hunter2@cache/one");
    assert!(!format!("{config:?}{:?}{}", config.check(), config.check().unwrap_err()).contains("hunter2"));
}
