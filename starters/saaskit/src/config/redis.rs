use super::reader::Reader;

/// What means nothing without a server.
const BESIDE_THE_URL: [&str; 5] =
    ["REDIS_CA_FILE", "REDIS_PREFIX", "REDIS_POOL_MAX", "REDIS_TIMEOUT_MS", "REDIS_CONNECT_MS"];

/// Whether a server was named; faults name what is set beside none.
fn is_named(reader: &mut Reader<'_>) -> bool {
    let named = reader.is_set("REDIS_URL");
    if !named {
        let others: Vec<_> = BESIDE_THE_URL.into_iter().filter(|name| reader.is_set(name)).collect();
        for name in others {
            reader.fault(name, "is set, and REDIS_URL is not");
        }
    }
    named
}

#[cfg(not(feature = "cache-redis"))]
pub(super) fn refuse(reader: &mut Reader<'_>) {
    if is_named(reader) {
        reader.fault("REDIS_URL", "is set, and this build can't use Redis");
    }
}

#[cfg(feature = "cache-redis")]
pub(super) fn read(reader: &mut Reader<'_>, in_the_open: bool) -> Option<saaskit_cache_redis::RedisConfig> {
    use std::time::Duration;

    if !is_named(reader) {
        return None;
    }
    let mut config = saaskit_cache_redis::RedisConfig::new(reader.secret("REDIS_URL")?);
    config.private = !in_the_open;
    config.prefix = reader.text("REDIS_PREFIX")?;
    config.connections = usize::try_from(reader.number("REDIS_POOL_MAX", 1, 64)).unwrap_or_default();
    config.timeout = Duration::from_millis(reader.number("REDIS_TIMEOUT_MS", 10, 10_000).into());
    config.connect_timeout = Duration::from_millis(reader.number("REDIS_CONNECT_MS", 100, 30_000).into());
    config.root_certificate = reader.parsed("REDIS_CA_FILE", |path| {
        std::fs::read_to_string(path).map_err(|error| format!("can't be read ({})", error.kind()))
    });
    if let Err(invalid) = config.check() {
        reader.fault("REDIS_URL", format!("can't be used with the other REDIS settings: {invalid}"));
    }
    if !in_the_open && config.is_exposed() {
        reader.fault("REDIS_URL", super::EXPOSED);
    }
    Some(config)
}
