//! One node of ours: its cache, its limiter and its bus, on a server of the test's choice.

use std::sync::Arc;
use std::time::Duration;

use saaskit_cache_redis::{Redis, RedisCache, RedisConfig, RedisEventBus, RedisRateLimiter};
use saaskit_kernel::{
    Bucket, Cache, CacheKey, EventBus, Heard, Hints, LimitKey, PortError, RateLimiter, Secret, Source, Taken,
    UserId,
};
use tokio::time::{sleep, timeout};

pub(crate) const TOPIC: &str = "it.topic";
pub(crate) const LONG: Duration = Duration::from_hours(1);
pub(crate) const BEHIND: usize = 64;
/// Longer than any failover takes.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Keys no other test uses, and patience enough for a machine that does much else.
pub(crate) fn config(url: &str) -> RedisConfig {
    let own: UserId = Source::system().id();
    RedisConfig {
        prefix: format!("{own}:"),
        timeout: Duration::from_secs(5),
        connect_timeout: Duration::from_secs(10),
        ..RedisConfig::new(Secret::new(url))
    }
}

pub(crate) struct Node {
    pub(crate) redis: Arc<Redis>,
    pub(crate) cache: RedisCache,
    pub(crate) limiter: RedisRateLimiter,
    pub(crate) bus: RedisEventBus,
}

impl Node {
    pub(crate) async fn of(config: &RedisConfig) -> Self {
        let source = Source::system();
        let redis = Redis::connect(config, &source).await.unwrap();
        Self {
            cache: RedisCache::new(redis.clone()),
            limiter: RedisRateLimiter::new(redis.clone()),
            bus: RedisEventBus::new(redis.clone(), config, &source, BEHIND).unwrap(),
            redis,
        }
    }

    /// Writes and reads back.
    pub(crate) async fn works(&self, subject: &str) -> Result<(), PortError> {
        let key = CacheKey::new("it", subject);
        self.cache.set(&key, subject.as_bytes(), LONG).await?;
        assert_eq!(self.cache.get(&key).await?, Some(subject.as_bytes().to_vec()));
        Ok(())
    }

    pub(crate) async fn fails(&self) -> PortError {
        self.works("ana").await.unwrap_err()
    }

    /// Waits until it works again, without being asked to.
    pub(crate) async fn recovers(&self) {
        eventually(async || self.works("ana").await.is_ok()).await;
    }

    pub(crate) async fn take(&self, subject: &str, bucket: Bucket) -> Taken {
        self.limiter.take(&LimitKey::new("it", subject), bucket, 1).await.unwrap()
    }

    /// Waits until somebody is told that something may have been missed, and then hears what is published.
    pub(crate) async fn hears_again(&self, hints: &mut Box<dyn Hints>) {
        while next(hints).await != Heard::Missed {}
        self.hears_on(hints).await;
    }

    /// Publishes until it is heard.
    pub(crate) async fn hears_on(&self, hints: &mut Box<dyn Hints>) {
        let heard = async {
            loop {
                // While there is no connection, nothing can be published.
                drop(self.bus.publish(TOPIC, "again").await);
                while let Ok(heard) = timeout(Duration::from_millis(100), hints.next()).await {
                    if heard == Heard::Hint("again".to_owned()) {
                        return;
                    }
                }
            }
        };
        timeout(PATIENCE, heard).await.expect("it is heard in time");
    }
}

pub(crate) async fn next(hints: &mut Box<dyn Hints>) -> Heard {
    timeout(PATIENCE, hints.next()).await.expect("something is heard in time")
}

/// Comes back when it is so.
#[expect(clippy::future_not_send, reason = "a test awaits it where it is")]
pub(crate) async fn eventually(is_so: impl AsyncFn() -> bool) {
    let so = async {
        while !is_so().await {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, so).await.expect("it becomes so in time");
}
