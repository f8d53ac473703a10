use std::time::Duration;

use saaskit_kernel::{ErrorKind, PortError};
use sqlx::{Connection, Row as _};
use tokio::time::{sleep, timeout};

use super::engine::{self, Config, Conn, port_error, sql};
use super::roles;
use super::store::{apply_migrations, port};

/// The number of the lock that migrations are made under: `saaskit` in letters.
const LOCK: i64 = i64::from_be_bytes(*b"\0saaskit");
const PATIENCE: Duration = Duration::from_mins(2);

/// Migrates under an advisory lock of the database, which ends with the connection.
pub(crate) async fn migrate(config: &Config) -> Result<Vec<String>, PortError> {
    let mut conn = engine::connect(config).await?;
    take_turn(&mut conn).await?;
    roles::prepare(&mut conn, config).await?;
    let done = apply_migrations(&mut conn, |script| config.named(script)).await?;
    conn.close().await.map_err(port)?;
    Ok(done)
}

/// Whoever migrates, or moves everything, does so alone until its connection ends.
pub(super) async fn take_turn(conn: &mut Conn) -> Result<(), PortError> {
    let waited = timeout(PATIENCE, lock(conn)).await;
    waited
        .map_err(|_| port_error(ErrorKind::TimedOut).because("others are migrating or moving"))?
        .map_err(port)
}

/// Asks again and again instead of waiting inside the server: a waiting statement would hold up concurrent index
/// builds.
async fn lock(conn: &mut Conn) -> Result<(), sqlx::Error> {
    while !sql("SELECT pg_try_advisory_lock($1) AS mine")
        .bind(LOCK)
        .fetch_one(&mut *conn)
        .await?
        .try_get("mine")?
    {
        sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}
