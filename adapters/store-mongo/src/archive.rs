//! Everything in the store, as rows of no store.

mod document;

use async_trait::async_trait;
use bson::{Document, doc};
use futures_util::TryStreamExt;
use mongodb::error::Error;
use mongodb::{Client, Database};
use saaskit_kernel::archive::{Archive, Mark, Row, Table, Value};
use saaskit_kernel::{ErrorKind, PortError};
use tokio::time::timeout;

use crate::domain::DOMAINS;
use crate::failure::{port, port_error};
use crate::store::{late, open};
use crate::tx::Tx;
use crate::{Config, Failure, MongoStore, migrate, signal};

/// A store that is moved out of or into. It can't tell whether a server uses it meanwhile: whoever moves sees to that.
#[derive(Debug)]
pub struct MongoArchive {
    client: Client,
    database: Database,
    config: Config,
}

impl MongoArchive {
    /// What is moved out of. `Rejected` where its collections are not those of this version.
    pub async fn source(config: Config) -> Result<Self, PortError> {
        let (client, database) = open(&config).await?;
        let archive = Self { client, database, config };
        let strange = archive.in_time(migrate::not_of_this_version(&archive.database)).await?;
        if strange.is_empty() {
            return Ok(archive);
        }
        let sentence =
            format!("the database is of another version, by these migrations: {}", strange.join(", "));
        Err(port_error(ErrorKind::Rejected).because(sentence))
    }

    /// What is moved into, brought up to date.
    pub async fn target(config: Config) -> Result<Self, PortError> {
        MongoStore::migrate(&config).await?;
        Self::source(config).await
    }

    async fn in_time<T>(&self, asked: impl Future<Output = Result<T, Error>>) -> Result<T, PortError> {
        timeout(self.config.limit(), asked).await.map_err(|_| late())?.map_err(port)
    }

    /// Documents that fit, by their keys from that end on.
    async fn ask(
        &self,
        table: &Table,
        fits: Document,
        direction: i32,
        limit: u32,
    ) -> Result<Vec<Row>, PortError> {
        let order = doc! { document::path(table): direction };
        let documents = self.database.collection::<Document>(table.name);
        let most = i64::from(limit);
        let asked = async {
            match document::distinct(table) {
                None => {
                    let found = documents.find(fits).sort(order).limit(most).batch_size(limit);
                    found.await?.try_collect().await
                }
                Some(group) => {
                    let rest = [doc! { "$match": fits }, doc! { "$sort": order }, doc! { "$limit": most }];
                    let stages = [group].into_iter().chain(rest);
                    documents.aggregate(stages).batch_size(limit).await?.try_collect().await
                }
            }
        };
        let found: Vec<Document> = self.in_time(asked).await?;
        found.iter().map(|found| document::read(table, found)).collect()
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

#[async_trait]
impl Archive for MongoArchive {
    fn tables(&self) -> Vec<&'static Table> {
        DOMAINS.iter().flat_map(|domain| domain.tables).collect()
    }

    async fn read(&self, table: &Table, after: Option<&[Value]>, limit: u32) -> Result<Vec<Row>, PortError> {
        let after = after.map(|key| doc! { document::path(table): { "$gt": document::key(table, key) } });
        self.ask(table, after.unwrap_or_default(), 1, limit).await
    }

    async fn last(&self, table: &Table) -> Result<Option<Row>, PortError> {
        let rows = self.ask(table, doc! {}, -1, 1).await?;
        Ok(rows.first().map(|row| table.key_of(row).to_vec()))
    }

    /// A transaction that is dropped is aborted.
    async fn write(&self, table: &Table, rows: &[Row]) -> Result<(), PortError> {
        if rows.is_empty() {
            return Ok(());
        }
        let written = timeout(self.config.limit(), self.insert(table, rows)).await;
        written.map_err(|_| late())?.map_err(|failure| match failure {
            Failure::Mongo(error) => port(error),
            other => port_error(ErrorKind::Unexpected).because(other.to_string()),
        })
    }

    async fn mark(&self) -> Result<Option<Mark>, PortError> {
        let mark = self.in_time(migrate::mark(&self.database)).await?;
        Ok(mark.and_then(|mark| mark.try_into().ok()).map(Mark))
    }

    async fn begin(&self, mark: Mark) -> Result<(), PortError> {
        self.in_time(migrate::set_mark(&self.database, mark.0)).await
    }

    async fn end(&self) -> Result<(), PortError> {
        self.in_time(migrate::remove_mark(&self.database)).await
    }
}
