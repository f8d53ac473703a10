//! The schema's steps, recorded by domain.

use std::collections::BTreeMap;

use saaskit_kernel::archive::Mark;
use saaskit_kernel::{ErrorKind, PortError};
use sqlx::{AssertSqlSafe, Connection, Executor, Row as _};

use super::error::unreadable;
use super::{Conn, DOMAINS, engine, port};
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
        match applied.get(&key_of(migration)) {
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

/// Refuses a database that can't be served: it lacks migrations, or everything is still being moved into it.
pub(super) async fn expect_whole(conn: &mut Conn) -> Result<(), PortError> {
    let applied = known_to_be_applied(conn).await?;
    expect_all(&applied)?;
    if applied.contains_key(&mark_key()) {
        let sentence = "the database is the unfinished target of a move: finish that first";
        return Err(engine::port_error(ErrorKind::Rejected).because(sentence));
    }
    Ok(())
}

/// Refuses a database whose tables are not just those of this version.
pub(super) async fn expect_this_version(conn: &mut Conn) -> Result<(), PortError> {
    let mut applied = known_to_be_applied(conn).await?;
    expect_all(&applied)?;
    applied.retain(|key, _| *key != mark_key() && all().all(|migration| key_of(migration) != *key));
    if applied.is_empty() {
        return Ok(());
    }
    let unknown: Vec<String> =
        applied.keys().map(|(domain, version)| format!("{domain}/{version:04}")).collect();
    let sentence = format!("the database has migrations of another version: {}", unknown.join(", "));
    Err(engine::port_error(ErrorKind::Rejected).because(sentence))
}

async fn known_to_be_applied<'e>(
    from: impl Executor<'e, Database = engine::Db>,
) -> Result<Applied, PortError> {
    match applied(from).await {
        Err(sqlx::Error::Database(error)) if engine::is_no_table(error.as_ref()) => Ok(Applied::new()),
        answer => answer.map_err(port),
    }
}

fn expect_all(applied: &Applied) -> Result<(), PortError> {
    let lacks = |migration: &&Migration| !applied.contains_key(&key_of(migration));
    let missing: Vec<String> = all().filter(lacks).map(Migration::label).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let sentence = format!("the database lacks migrations: {}", missing.join(", "));
    Err(engine::port_error(ErrorKind::Rejected).because(sentence))
}

fn key_of(migration: &Migration) -> (String, i64) {
    (migration.domain.to_owned(), migration.version)
}

/// What stands among the migrations while everything is moved into the database.
fn mark_key() -> (String, i64) {
    ("moving".to_owned(), 0)
}

/// The move it is the target of.
pub(super) async fn mark(conn: &mut Conn) -> Result<Option<Mark>, PortError> {
    let mark = applied(conn).await.map_err(port)?.remove(&mark_key());
    mark.map(|mark| mark.try_into().map(Mark).map_err(|_| unreadable("a mark has 32 bytes"))).transpose()
}

pub(super) fn insert_mark(mark: Mark) -> engine::Query {
    let (domain, version) = mark_key();
    let text =
        "INSERT INTO saaskit_migrations (domain, version, name, checksum) VALUES ($1, $2, 'unfinished', $3)";
    engine::sql(text).bind(domain).bind(version).bind(mark.0.to_vec())
}

pub(super) fn delete_mark() -> engine::Query {
    let (domain, version) = mark_key();
    engine::sql("DELETE FROM saaskit_migrations WHERE domain = $1 AND version = $2")
        .bind(domain)
        .bind(version)
}
