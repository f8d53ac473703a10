use super::say;
use crate::config::{Config, DatabaseKind};

/// Says which kinds were chosen, never what they were configured with.
pub(super) fn check(config: &Config) -> anyhow::Result<()> {
    let database = match config.database.kind {
        DatabaseKind::Sqlite(_) => "SQLite",
        #[cfg(feature = "store-postgres")]
        DatabaseKind::Postgres(_) => "PostgreSQL",
        #[cfg(feature = "store-mongo")]
        DatabaseKind::Mongo(_) => "MongoDB",
    };
    say(&format!("the settings are fine: {:?}, {database}, at {}", config.mode, config.public_url.origin()))?;
    Ok(())
}
