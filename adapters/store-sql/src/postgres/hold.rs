//! A database that is moved: nobody else uses it meanwhile.

use std::time::Duration;

use saaskit_kernel::archive::{Column, Kind};
use saaskit_kernel::{ErrorKind, PortError};
use sqlx::Row as _;
use tokio::time::sleep;

use super::engine::{self, Config, Conn, port_error, sql};
use super::store::port;
use super::{roles, schema};

/// Opens a database that is only read, all of it as it is now.
pub(crate) async fn source(config: &Config) -> Result<Conn, PortError> {
    let mut conn = target(config).await?;
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
    roles::run(&mut conn, begin).await.map_err(port)?;
    Ok(conn)
}

/// Opens a database that is written. Whoever starts a server meanwhile waits for its turn to migrate.
pub(crate) async fn target(config: &Config) -> Result<Conn, PortError> {
    roles::check(config).await?;
    let mut conn = engine::connect(config).await?;
    roles::run(&mut conn, "SET application_name TO 'saaskit move'").await.map_err(port)?;
    schema::take_turn(&mut conn).await?;
    expect_nobody(&mut conn).await?;
    as_reader(&mut conn, config).await?;
    Ok(conn)
}

/// The connections of a server that ended just now may be there for a moment.
async fn expect_nobody(conn: &mut Conn) -> Result<(), PortError> {
    const PATIENCE: u32 = 50;
    for _ in 0..PATIENCE {
        let question = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
                          AND application_name = 'saaskit') AS used";
        let row = sql(question).fetch_one(&mut *conn).await.map_err(port)?;
        if !row.try_get::<bool, _>("used").map_err(port)? {
            return Ok(());
        }
        sleep(Duration::from_millis(100)).await;
    }
    Err(port_error(ErrorKind::Rejected).because("a server uses the database: stop every server first"))
}

/// The role of the login, which the tables belong to.
pub(crate) async fn as_owner(conn: &mut Conn) -> Result<(), PortError> {
    roles::run(conn, "RESET ROLE").await.map_err(port)
}

/// The role that sees every workspace.
pub(crate) async fn as_reader(conn: &mut Conn, config: &Config) -> Result<(), PortError> {
    roles::run(conn, &config.set_up(&config.system_role)).await.map_err(port)
}

/// A column as it is read.
pub(crate) fn selected(column: &Column) -> String {
    let name = column.name;
    match column.kind {
        Kind::Number => format!("{name}::bigint AS {name}"),
        Kind::Ip => format!("host({name}) AS {name}"),
        _ => name.to_owned(),
    }
}

/// A column of a key as it is compared: texts by their bytes, whatever language the database speaks.
pub(crate) fn ordered(column: &Column) -> String {
    let name = column.name;
    if column.kind == Kind::Text { format!("{name} COLLATE \"C\"") } else { name.to_owned() }
}

/// A member of an element of `each!`, as the column takes it.
pub(crate) fn taken(column: &Column) -> String {
    let name = column.name;
    let text = format!("r.value ->> '{name}'");
    match column.kind {
        Kind::Text => text,
        Kind::Json => format!("r.value -> '{name}'"),
        Kind::Bytes => format!("decode({text}, 'hex')"),
        Kind::Flag => format!("({text})::boolean"),
        Kind::Number => format!("({text})::bigint"),
        Kind::Id => format!("({text})::uuid"),
        Kind::Time => format!("({text})::timestamptz"),
        Kind::Ip => format!("({text})::inet"),
    }
}
