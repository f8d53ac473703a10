use std::fs::{OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use saaskit_kernel::{ErrorKind, PortError};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

use super::engine::port_error;
use crate::PoolSettings;

/// Where the database is and how it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `sqlite:path/to/file.db`; relative to the working directory, or absolute as `sqlite:///path`.
    pub url: String,
    /// The readers; there is always one writer.
    pub pool: PoolSettings,
}

impl Config {
    /// The database of that address, with default pools.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), pool: PoolSettings::default() }
    }

    /// Whether it makes sense; `Invalid` with all that is wrong. Nothing is opened.
    pub fn validate(&self) -> Result<(), PortError> {
        let mut faults = self.pool.faults();
        let text = self.url.as_str();
        if !text.starts_with("sqlite:") {
            faults.push("the address of a SQLite database begins with sqlite:".to_owned());
        } else if text.contains(":memory:") || text.contains("mode=memory") {
            faults.push(
                "a SQLite database lies in a file: in memory every connection would have its own".to_owned(),
            );
        } else if let Err(error) = SqliteConnectOptions::from_str(text) {
            faults.push(error.to_string());
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(port_error(ErrorKind::Invalid).because(faults.join("; ")))
        }
    }

    pub(crate) fn options(&self) -> Result<SqliteConnectOptions, sqlx::Error> {
        let options = SqliteConnectOptions::from_str(&self.url)?
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(self.pool.acquire)
            .pragma("trusted_schema", "OFF");
        Ok(options)
    }

    /// For migrating: waits longer for others, who may be migrating.
    pub(crate) fn patient_options(&self) -> Result<SqliteConnectOptions, sqlx::Error> {
        Ok(self.options()?.busy_timeout(Duration::from_mins(1)))
    }

    /// Makes the file if there is none: only its owner may read it.
    pub(crate) fn create_file(&self) -> Result<(), PortError> {
        let unavailable = |error: io::Error| port_error(ErrorKind::Unavailable).because(error);
        let options = self.options().map_err(|error| port_error(ErrorKind::Invalid).because(error))?;
        create(options.get_filename()).map_err(unavailable)
    }
}

fn create(path: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => file.set_permissions(Permissions::from_mode(0o600)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}
