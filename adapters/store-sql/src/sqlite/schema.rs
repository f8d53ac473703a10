use saaskit_kernel::PortError;
use sqlx::Connection;

use super::engine::{Config, Conn};
use super::store::{apply_migrations, port};

/// Migrates under the database's own exclusive lock.
pub(crate) async fn migrate(config: &Config) -> Result<Vec<String>, PortError> {
    config.create_file()?;
    let mut conn = Conn::connect_with(&config.patient_options().map_err(port)?).await.map_err(port)?;
    let mut tx = conn.begin_with("BEGIN EXCLUSIVE").await.map_err(port)?;
    let done = apply_migrations(&mut tx, str::to_owned).await?;
    tx.commit().await.map_err(port)?;
    conn.close().await.map_err(port)?;
    Ok(done)
}
