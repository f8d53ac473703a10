//! The schema's steps, recorded by domain.

use std::collections::BTreeMap;

use saaskit_kernel::{ErrorKind, PortError};
use sqlx::{AssertSqlSafe, Connection, Executor, Row as _};

use super::{Conn, DOMAINS, Pool, engine, port};
use crate::migration::Migration;

fn all() -> impl Iterator<Item = &'static Migration> {
    DOMAINS.iter().flat_map(|domain| domain.migrations)
}

/// Applies what is missing, each step and its record as one. Whoever calls this holds the lock. `named` puts this
/// installation's names into a script.
pub(in super::super) async fn apply(
    conn: &mut Conn,
    named: impl Fn(&str) -> String,
) -> Result<Vec<String>, PortError> {
    sqlx::raw_sql(AssertSqlSafe(named(migrations_table!()))).execute(&mut *conn).await.map_err(port)?;
    let applied = applied(&mut *conn).await.map_err(port)?;
    let mut done = Vec::new();
    for migration in all() {
        match applied.get(&(migration.domain.to_owned(), migration.version)) {
            None => {
                step(conn, migration, named(migration.up)).await.map_err(port)?;
                done.push(migration.label());
            }
            Some(checksum) if *checksum == migration.checksum() => {}
            Some(_) => {
                let sentence = format!("{} was changed after it was applied", migration.label());
                return Err(engine::port_error(ErrorKind::Rejected).because(sentence));
            }
        }
    }
    Ok(done)
}

async fn step(conn: &mut Conn, migration: &Migration, script: String) -> Result<(), sqlx::Error> {
    let mut tx = conn.begin().await?;
    sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut *tx).await?;
    let record = "INSERT INTO saaskit_migrations (domain, version, name, checksum) VALUES ($1, $2, $3, $4)";
    let record = engine::sql(record).bind(migration.domain).bind(migration.version);
    record.bind(migration.name).bind(migration.checksum()).execute(&mut *tx).await?;
    tx.commit().await
}

type Applied = BTreeMap<(String, i64), Vec<u8>>;

async fn applied<'e>(from: impl Executor<'e, Database = engine::Db>) -> Result<Applied, sqlx::Error> {
    let rows =
        engine::sql("SELECT domain, version, checksum FROM saaskit_migrations").fetch_all(from).await?;
    let recorded =
        |row: &engine::Row| Ok(((row.try_get("domain")?, row.try_get("version")?), row.try_get("checksum")?));
    rows.iter().map(recorded).collect()
}

/// What this version needs and the database lacks.
pub(super) async fn missing(pool: &Pool) -> Result<Vec<String>, PortError> {
    let applied = match applied(pool).await {
        Err(sqlx::Error::Database(error)) if engine::is_no_table(error.as_ref()) => Applied::new(),
        answer => answer.map_err(port)?,
    };
    let lacks =
        |migration: &&Migration| !applied.contains_key(&(migration.domain.to_owned(), migration.version));
    Ok(all().filter(lacks).map(Migration::label).collect())
}
