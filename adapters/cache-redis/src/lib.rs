//! Cache, limits and hints on Redis: one server, a cluster, or servers watched by sentinels.
//!
//! [`Redis`] keeps a few connections. One that is lost is replaced in the background; meanwhile, and from the
//! beginning if the server is not there yet, commands fail at once instead of waiting. Nothing is ever sent twice:
//! what failed may have been done. [`RedisCache`] and [`RedisRateLimiter`] speak through it; [`RedisEventBus`] has a
//! connection of its own to listen on.

mod bus;
mod cache;
mod config;
mod failure;
mod key;
mod limit;
mod listen;
mod redis;
mod script;
mod session;

pub use bus::RedisEventBus;
pub use cache::RedisCache;
pub use config::{InvalidRedisConfig, RedisConfig};
pub use limit::RedisRateLimiter;
pub use redis::Redis;
