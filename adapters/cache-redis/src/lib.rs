//! Cache, limits and hints on Redis.
