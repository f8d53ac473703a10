//! Everything in the store, as rows of no store.

mod document;

use std::time::Duration;

use async_trait::async_trait;
use bson::oid::ObjectId;
use bson::{Document, doc};
use futures_util::{StreamExt, TryStreamExt};
use mongodb::error::Error;
use mongodb::{Client, Cursor, Database};
use saaskit_kernel::archive::{Archive, Mark, Row, Table, Value};
use saaskit_kernel::{ErrorKind, PortError};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::domain::DOMAINS;
use crate::failure::{port, port_error};
use crate::presence::Presence;
use crate::store::{late, open};
use crate::tx::Tx;
use crate::{Config, Failure, MongoStore, migrate, signal, turn};

/// How long one statement may run: some read a whole table.
const LIMIT: Duration = Duration::from_mins(5);

/// A store that is moved out of or into. It keeps every server away for as long as it lives.
#[derive(Debug)]
pub struct MongoArchive {
    client: Client,
    database: Database,
    config: Config,
    me: ObjectId,
    reading: Mutex<Option<Reading>>,
    _presence: Presence,
}

/// A table that is being read, and how far.
#[derive(Debug)]
struct Reading {
    table: &'static str,
    last: Row,
    cursor: Cursor<Document>,
}

impl Reading {
    fn goes_on(&self, table: &Table, after: Option<&[Value]>) -> bool {
        self.table == table.name && after == Some(self.last.as_slice())
    }
}

impl MongoArchive {
    /// What is moved out of. `Rejected` where a server uses it or its collections are not those of this version.
    pub async fn source(config: Config) -> Result<Self, PortError> {
        let (client, database) = open(&config).await?;
        let me = ObjectId::new();
        let presence = Presence::of_a_move(&database, me).await?;
        let archive = Self { client, database, config, me, reading: Mutex::default(), _presence: presence };
        let strange = in_time(migrate::not_of_this_version(&archive.database)).await?;
        if strange.is_empty() {
            return Ok(archive);
        }
        let sentence =
            format!("the database is of another version, by these migrations: {}", strange.join(", "));
        Err(port_error(ErrorKind::Rejected).because(sentence))
    }

    /// What is moved into, brought up to date. `Rejected` where a server uses it.
    pub async fn target(config: Config) -> Result<Self, PortError> {
        MongoStore::migrate(&config).await?;
        Self::source(config).await
    }

    /// Begins to read documents that fit, by their keys from that end on. The server hands them over by so many as
    /// weigh no more than the largest document there can be.
    async fn open(&self, table: &Table, fits: Document, direction: i32) -> Result<Cursor<Document>, Error> {
        let order = doc! { document::path(table): direction };
        let documents = self.database.collection::<Document>(table.name);
        match document::distinct(table) {
            None => documents.find(fits).sort(order).await,
            Some(group) => {
                documents.aggregate([group, doc! { "$match": fits }, doc! { "$sort": order }]).await
            }
        }
    }

    async fn insert(&self, table: &Table, rows: &[Row]) -> Result<(), Failure> {
        let mut session = self.client.start_session().await?;
        session.start_transaction().write_concern(self.config.majority()).await?;
        let mut tx = Tx { database: &self.database, session: &mut session };
        if document::is_told(table) {
            let signals: Vec<_> = rows.iter().filter_map(document::signal).collect();
            signal::insert(&mut tx, &signals).await?;
        } else {
            let documents = rows.iter().map(|row| document::of(table, row));
            let into = tx.database.collection::<Document>(table.name);
            into.insert_many(documents).session(&mut *tx.session).await?;
        }
        Ok(session.commit_transaction().await?)
    }
}

async fn in_time<T>(asked: impl Future<Output = Result<T, Error>>) -> Result<T, PortError> {
    timeout(LIMIT, asked).await.map_err(|_| late())?.map_err(port)
}

#[async_trait]
impl Archive for MongoArchive {
    fn tables(&self) -> Vec<&'static Table> {
        DOMAINS.iter().flat_map(|domain| domain.tables).collect()
    }

    /// Whoever asks for the page after the one he was given last has it from the same cursor.
    async fn read(&self, table: &Table, after: Option<&[Value]>, limit: u32) -> Result<Vec<Row>, PortError> {
        let mut kept = self.reading.lock().await;
        let mut cursor = match kept.take() {
            Some(reading) if reading.goes_on(table, after) => reading.cursor,
            _ => {
                let after =
                    after.map(|key| doc! { document::path(table): { "$gt": document::key(table, key) } });
                in_time(self.open(table, after.unwrap_or_default(), 1)).await?
            }
        };
        let found: Vec<Document> = in_time(cursor.by_ref().take(limit as usize).try_collect()).await?;
        let rows: Vec<Row> =
            found.iter().map(|found| document::read(table, found)).collect::<Result<_, _>>()?;
        *kept =
            rows.last().map(|row| Reading { table: table.name, last: table.key_of(row).to_vec(), cursor });
        Ok(rows)
    }

    async fn last(&self, table: &Table) -> Result<Option<Row>, PortError> {
        let found = in_time(async { self.open(table, doc! {}, -1).await?.try_next().await }).await?;
        let row = found.map(|found| document::read(table, &found)).transpose()?;
        Ok(row.map(|row| table.key_of(&row).to_vec()))
    }

    /// A transaction that is dropped is aborted.
    async fn write(&self, table: &Table, rows: &[Row]) -> Result<(), PortError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.reading.lock().await.take();
        let written = timeout(LIMIT, self.insert(table, rows)).await;
        written.map_err(|_| late())?.map_err(|failure| match failure {
            Failure::Mongo(error) => port(error),
            other => port_error(ErrorKind::Unexpected).because(other.to_string()),
        })
    }

    async fn mark(&self) -> Result<Option<Mark>, PortError> {
        let mark = in_time(migrate::mark(&self.database)).await?;
        Ok(mark.and_then(|mark| mark.try_into().ok()).map(Mark))
    }

    async fn begin(&self, mark: Mark) -> Result<(), PortError> {
        in_time(migrate::set_mark(&self.database, mark.0)).await
    }

    async fn end(&self) -> Result<(), PortError> {
        in_time(migrate::remove_mark(&self.database)).await?;
        in_time(turn::give(&self.database, self.me)).await
    }
}
