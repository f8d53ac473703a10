use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use fred::bytes::Bytes;
use fred::error::Error;
use fred::interfaces::{ClientLike, KeysInterface};
use fred::types::{Expiration, SetOptions, Value};
use saaskit_kernel::{Cache, CacheKey, ErrorKind, PortError};

use crate::failure::failure;
use crate::redis::Redis;
use crate::script::Script;

/// A cache on Redis.
#[derive(Debug)]
pub struct RedisCache {
    redis: Arc<Redis>,
    add: Script,
}

/// Keys that are removed in one go.
const BATCH: usize = 500;
/// A century: more than a server takes would be refused.
const LONGEST: u128 = 100 * 366 * 24 * 3600 * 1000;

impl RedisCache {
    /// A cache by those connections.
    pub fn new(redis: Arc<Redis>) -> Self {
        Self { redis, add: Script::new(include_str!("add.lua")) }
    }

    fn name(&self, key: &CacheKey) -> String {
        self.redis.keys.cached(key.space(), key.subject())
    }

    async fn put(
        &self,
        key: &CacheKey,
        value: &[u8],
        ttl: Duration,
        when: Option<SetOptions>,
    ) -> Result<bool, PortError> {
        let live = self.redis.live()?;
        let value = Value::Bytes(Bytes::copy_from_slice(value));
        let until = Some(Expiration::PX(millis(ttl)));
        let said: Value = live
            .client
            .set(self.name(key), value, until, when, false)
            .await
            .map_err(|error| live.explain(&error))?;
        Ok(!said.is_null())
    }
}

#[async_trait]
impl Cache for RedisCache {
    async fn get(&self, key: &CacheKey) -> Result<Option<Vec<u8>>, PortError> {
        let live = self.redis.live()?;
        let held: Option<Bytes> =
            live.client.get(self.name(key)).await.map_err(|error| live.explain(&error))?;
        Ok(held.map(Vec::from))
    }

    async fn set(&self, key: &CacheKey, value: &[u8], ttl: Duration) -> Result<(), PortError> {
        self.put(key, value, ttl, None).await.map(|_| ())
    }

    async fn set_if_absent(&self, key: &CacheKey, value: &[u8], ttl: Duration) -> Result<bool, PortError> {
        self.put(key, value, ttl, Some(SetOptions::NX)).await
    }

    async fn add(&self, key: &CacheKey, amount: i64, ttl: Duration) -> Result<i64, PortError> {
        let live = self.redis.live()?;
        let sum: Result<String, Error> =
            self.add.run(&live, &self.name(key), vec![amount, millis(ttl)]).await;
        let sum = sum.map_err(|error| {
            if is_no_number(&error) { failure(ErrorKind::Invalid, "no number") } else { live.explain(&error) }
        })?;
        sum.parse().map_err(|_| failure(ErrorKind::Unexpected, "an answer of another form"))
    }

    async fn remove(&self, keys: &[CacheKey]) -> Result<(), PortError> {
        for batch in keys.chunks(BATCH) {
            let live = self.redis.live()?;
            let pipeline = live.client.pipeline();
            for key in batch {
                // One by one, because in a cluster they live on several servers.
                let queued: Result<(), Error> = pipeline.unlink(self.name(key)).await;
                queued.map_err(|error| live.explain(&error))?;
            }
            let _: Vec<u64> = pipeline.all().await.map_err(|error| live.explain(&error))?;
        }
        Ok(())
    }

    async fn ping(&self) -> Result<(), PortError> {
        let live = self.redis.live()?;
        live.client.ping(None).await.map_err(|error| live.explain(&error))
    }
}

fn millis(ttl: Duration) -> i64 {
    i64::try_from(ttl.as_millis().clamp(1, LONGEST)).unwrap_or(i64::MAX)
}

/// What the server says of a value that nothing can be added to.
fn is_no_number(error: &Error) -> bool {
    ["not an integer or out of range", "would overflow"].iter().any(|said| error.details().contains(said))
}
