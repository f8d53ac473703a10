//! A database that is moved: nobody else uses it meanwhile.

use saaskit_kernel::archive::{Column, Kind};
use saaskit_kernel::{ErrorKind, PortError};
use sqlx::Connection;
use sqlx::sqlite::SqliteLockingMode;

use super::engine::{Config, Conn, port_error, sql};
use super::store::port;

/// Opens a database that is only read.
pub(crate) async fn source(config: &Config) -> Result<Conn, PortError> {
    open(config, "ON").await
}

/// Opens a database that is written.
pub(crate) async fn target(config: &Config) -> Result<Conn, PortError> {
    open(config, "OFF").await
}

/// The first read takes the file for this connection alone, which fails while anybody else is connected.
async fn open(config: &Config, query_only: &'static str) -> Result<Conn, PortError> {
    let options = config.options().map_err(port)?;
    let options = options.locking_mode(SqliteLockingMode::Exclusive).pragma("query_only", query_only);
    let mut conn = Conn::connect_with(&options).await.map_err(in_use)?;
    sql("SELECT count(*) FROM sqlite_schema").fetch_one(&mut conn).await.map_err(in_use)?;
    Ok(conn)
}

fn in_use(error: sqlx::Error) -> PortError {
    if error.as_database_error().is_some_and(|error| error.message() == "database is locked") {
        return port_error(ErrorKind::Rejected)
            .because("somebody uses the database: stop every server first");
    }
    port(error)
}

#[expect(clippy::unused_async, reason = "the other engine has roles")]
pub(crate) async fn as_owner(_conn: &mut Conn) -> Result<(), PortError> {
    Ok(())
}

#[expect(clippy::unused_async, reason = "the other engine has roles")]
pub(crate) async fn as_reader(_conn: &mut Conn, _config: &Config) -> Result<(), PortError> {
    Ok(())
}

/// A column as it is read.
pub(crate) fn selected(column: &Column) -> String {
    column.name.to_owned()
}

/// A column of a key as it is compared.
pub(crate) fn ordered(column: &Column) -> String {
    column.name.to_owned()
}

/// A member of an element of `each!`, as the column takes it.
pub(crate) fn taken(column: &Column) -> String {
    let name = column.name;
    match column.kind {
        Kind::Id => format!("unhex(r.value ->> '{name}', '-')"),
        Kind::Bytes => format!("unhex(r.value ->> '{name}')"),
        Kind::Json => format!("r.value -> '{name}'"),
        Kind::Flag | Kind::Number | Kind::Text | Kind::Time | Kind::Ip => format!("r.value ->> '{name}'"),
    }
}
