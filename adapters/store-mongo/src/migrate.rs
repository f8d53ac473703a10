//! The schema's steps, recorded by domain. A step is a list of the server's own commands, each of which may be run
//! again: a node that dies half-way, or is slower than its lock, harms nobody.

use std::collections::BTreeMap;
use std::time::Duration;

use bson::oid::ObjectId;
use bson::{Document, doc};
use futures_util::TryStreamExt;
use mongodb::Database;
use mongodb::error::Error;
use saaskit_kernel::{ErrorKind, PortError};
use sha2::{Digest, Sha256};
use tokio::time::timeout;

use crate::domain::DOMAINS;
use crate::failure::{code, port, port_error, unreadable};
use crate::row::{self, Row};
use crate::turn::{self, Purpose};

const RECORDS: &str = "saaskit_migrations";
/// An index over many documents takes its time.
const LONGEST: Duration = Duration::from_hours(1);
/// `NamespaceExists`.
const EXISTS: i32 = 48;

/// One step of a domain's schema.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Migration {
    pub(crate) domain: &'static str,
    pub(crate) version: i64,
    pub(crate) name: &'static str,
    pub(crate) up: &'static str,
}

impl Migration {
    /// What it is called in reports: `auth/0001_accounts`.
    fn label(&self) -> String {
        format!("{}/{:04}_{}", self.domain, self.version, self.name)
    }

    fn checksum(&self) -> Vec<u8> {
        Sha256::digest(self.up).to_vec()
    }

    pub(crate) fn commands(&self) -> Result<Vec<Document>, PortError> {
        serde_json::from_str(self.up).map_err(unreadable)
    }
}

fn all() -> impl Iterator<Item = &'static Migration> {
    DOMAINS.iter().flat_map(|domain| domain.migrations)
}

/// Applies what is missing, under a lock.
pub(crate) async fn apply(database: &Database) -> Result<Vec<String>, PortError> {
    let me = ObjectId::new();
    let late = |_| Err(port_error(ErrorKind::TimedOut).because("a migration takes too long"));
    let done = timeout(LONGEST, steps(database, me)).await.unwrap_or_else(late);
    let unlocked = turn::give(database, me).await;
    done.and_then(|done| unlocked.map(|()| done).map_err(port))
}

async fn steps(database: &Database, me: ObjectId) -> Result<Vec<String>, PortError> {
    turn::take(database, me, Purpose::Migrate).await?;
    let applied = applied(database).await.map_err(port)?;
    let mut done = Vec::new();
    for migration in all() {
        match applied.get(&(migration.domain.to_owned(), migration.version)) {
            None => {
                turn::take(database, me, Purpose::Migrate).await?;
                step(database, migration).await?;
                done.push(migration.label());
            }
            Some(checksum) if *checksum == migration.checksum() => {}
            Some(_) => {
                let sentence = format!("{} was changed after it was applied", migration.label());
                return Err(port_error(ErrorKind::Rejected).because(sentence));
            }
        }
    }
    Ok(done)
}

async fn step(database: &Database, migration: &Migration) -> Result<(), PortError> {
    for mut command in migration.commands()? {
        command.insert("writeConcern", doc! { "w": "majority" });
        match database.run_command(command).await {
            Err(error) if code(&error).is_some_and(|(code, _)| code == EXISTS) => {}
            answer => answer.map(drop).map_err(port)?,
        }
    }
    let key = doc! { "_id": { "domain": migration.domain, "version": migration.version } };
    let fields = doc! { "name": migration.name, "checksum": row::bytes(migration.checksum()) };
    let record = doc! { "$set": fields, "$currentDate": { "applied_at": true } };
    let recorded = database.collection::<Document>(RECORDS).update_one(key, record).upsert(true).await;
    recorded.map(drop).map_err(port)
}

type Applied = BTreeMap<(String, i64), Vec<u8>>;

async fn applied(database: &Database) -> Result<Applied, Error> {
    let rows: Vec<Document> = database.collection(RECORDS).find(doc! {}).await?.try_collect().await?;
    let recorded = |row: &Document| {
        let key = row.part("_id").ok()?;
        Some(((key.text("domain").ok()?.to_owned(), key.number("version").ok()?), row.blob("checksum").ok()?))
    };
    Ok(rows.iter().filter_map(recorded).collect())
}

/// What this version needs and the database lacks.
pub(crate) async fn missing(database: &Database) -> Result<Vec<String>, Error> {
    let applied = applied(database).await?;
    let lacks =
        |migration: &&Migration| !applied.contains_key(&(migration.domain.to_owned(), migration.version));
    Ok(all().filter(lacks).map(Migration::label).collect())
}

/// What this version needs and the database lacks, and what it has of another one.
pub(crate) async fn not_of_this_version(database: &Database) -> Result<Vec<String>, Error> {
    let mut strange = missing(database).await?;
    let mut applied = applied(database).await?;
    applied.remove(&(MOVING.to_owned(), 0));
    applied.retain(|key, _| all().all(|migration| (migration.domain.to_owned(), migration.version) != *key));
    strange.extend(applied.keys().map(|(domain, version)| format!("{domain}/{version:04}")));
    Ok(strange)
}

/// What stands among the migrations while everything is moved into the database.
const MOVING: &str = "moving";

fn mark_key() -> Document {
    doc! { "_id": { "domain": MOVING, "version": 0_i64 } }
}

/// The move it is the target of.
pub(crate) async fn mark(database: &Database) -> Result<Option<Vec<u8>>, Error> {
    Ok(applied(database).await?.remove(&(MOVING.to_owned(), 0)))
}

pub(crate) async fn set_mark(database: &Database, mark: [u8; 32]) -> Result<(), Error> {
    let mut row = mark_key();
    row.extend(doc! { "name": "unfinished", "checksum": row::bytes(mark) });
    database.collection::<Document>(RECORDS).insert_one(row).await.map(drop)
}

pub(crate) async fn remove_mark(database: &Database) -> Result<(), Error> {
    database.collection::<Document>(RECORDS).delete_one(mark_key()).await.map(drop)
}
