use bson::{Bson, Document, doc};
use mongodb::{ClientSession, Collection, Database, SessionCursor};
use saaskit_kernel::PortError;

use crate::failure::unwritten;
use crate::row::Row;
use crate::{Failure, index};

/// A transaction that is open. What is written as null is left out: a missing field and a null are one.
pub(crate) struct Tx<'a> {
    pub(crate) database: &'a Database,
    pub(crate) session: &'a mut ClientSession,
}

impl Tx<'_> {
    fn of(&self, collection: &str) -> Collection<Document> {
        self.database.collection(collection)
    }

    pub(crate) async fn insert(&mut self, collection: &str, row: Document) -> Result<(), Failure> {
        self.of(collection).insert_one(without_nulls(row)).session(&mut *self.session).await?;
        Ok(())
    }

    /// One statement for all of them.
    pub(crate) async fn insert_all(&mut self, collection: &str, rows: Vec<Document>) -> Result<(), Failure> {
        if !rows.is_empty() {
            let rows = rows.into_iter().map(without_nulls);
            self.of(collection).insert_many(rows).session(&mut *self.session).await?;
        }
        Ok(())
    }

    /// Changes the one that is found; gives whether there was one.
    pub(crate) async fn update(
        &mut self,
        collection: &str,
        filter: Document,
        update: Document,
    ) -> Result<bool, Failure> {
        let done = self.of(collection).update_one(filter, update).session(&mut *self.session).await?;
        Ok(done.matched_count > 0)
    }

    /// Changes the one that is found, or makes it; gives whether there was one. If another commit makes it at the
    /// same time, the whole of this one is tried again.
    pub(crate) async fn upsert(
        &mut self,
        collection: &str,
        filter: Document,
        update: Document,
    ) -> Result<bool, Failure> {
        let rows = self.of(collection);
        let update = rows.update_one(filter, update).upsert(true);
        match update.session(&mut *self.session).await {
            Ok(done) => Ok(done.matched_count > 0),
            Err(error) if index::is_duplicate(&error) => Err(Failure::Crossed),
            Err(error) => Err(error.into()),
        }
    }

    /// Several updates in that order, as the server takes them, in one statement. One that makes a document an index
    /// refuses ends them, and is no error.
    pub(crate) async fn updates(
        &mut self,
        collection: &str,
        updates: Vec<Document>,
    ) -> Result<Updated, Failure> {
        let command = doc! { "update": collection, "updates": updates };
        let done = self.database.run_command(command).session(&mut *self.session).await?;
        written(&done, Some(index::DUPLICATE))?;
        let touched: usize = done.number("n")?;
        let made = done.get_array("upserted").map_or(0, Vec::len);
        Ok(Updated { found: touched.saturating_sub(made), made })
    }

    /// Makes it, unless the filter finds one already.
    pub(crate) async fn insert_unless(
        &mut self,
        collection: &str,
        filter: Document,
        row: Document,
    ) -> Result<(), Failure> {
        self.upsert(collection, filter, doc! { "$setOnInsert": without_nulls(row) }).await.map(drop)
    }

    /// Removes all that are found; gives how many.
    pub(crate) async fn delete(&mut self, collection: &str, filter: Document) -> Result<u64, Failure> {
        Ok(self.of(collection).delete_many(filter).session(&mut *self.session).await?.deleted_count)
    }

    /// Removes so many at most of those that are found, so that it stays short.
    pub(crate) async fn delete_some(
        &mut self,
        collection: &str,
        filter: Document,
        most: u32,
    ) -> Result<(), Failure> {
        let rows = self.of(collection);
        let found = rows.find(filter).projection(doc! { "_id": 1 });
        let found = found.limit(i64::from(most)).batch_size(most).session(&mut *self.session).await?;
        let rows = self.read(found).await?;
        let ids: Vec<Bson> = rows.into_iter().filter_map(|mut row| row.remove("_id")).collect();
        if !ids.is_empty() {
            self.delete(collection, doc! { "_id": { "$in": ids } }).await?;
        }
        Ok(())
    }

    pub(crate) async fn one(
        &mut self,
        collection: &str,
        filter: Document,
    ) -> Result<Option<Document>, Failure> {
        Ok(self.of(collection).find_one(filter).session(&mut *self.session).await?)
    }

    /// So many at most of those that are found.
    pub(crate) async fn all(
        &mut self,
        collection: &str,
        filter: Document,
        most: u32,
    ) -> Result<Vec<Document>, Failure> {
        let rows = self.of(collection);
        let found = rows.find(filter).limit(i64::from(most)).batch_size(most);
        let found = found.session(&mut *self.session).await?;
        self.read(found).await
    }

    /// What a pipeline gives.
    pub(crate) async fn aggregate(
        &mut self,
        collection: &str,
        pipeline: Vec<Document>,
    ) -> Result<Vec<Document>, Failure> {
        let found = self.of(collection).aggregate(pipeline).session(&mut *self.session).await?;
        self.read(found).await
    }

    async fn read(&mut self, mut found: SessionCursor<Document>) -> Result<Vec<Document>, Failure> {
        let mut rows = Vec::new();
        while let Some(row) = found.next(&mut *self.session).await.transpose()? {
            rows.push(row);
        }
        Ok(rows)
    }
}

/// What several updates came to.
pub(crate) struct Updated {
    /// So many documents were there.
    pub(crate) found: usize,
    /// So many were made.
    pub(crate) made: usize,
}

/// Whether everything a command was to write is written, but for what failed by that code.
pub(crate) fn written(answer: &Document, forgiven: Option<i32>) -> Result<(), PortError> {
    let failures = answer.get_array("writeErrors").into_iter().flatten().filter_map(Bson::as_document);
    let unsure = answer.get_document("writeConcernError").ok();
    for failure in failures.chain(unsure) {
        let code: i32 = failure.number("code")?;
        if Some(code) != forgiven {
            return Err(unwritten(code));
        }
    }
    Ok(())
}

fn without_nulls(row: Document) -> Document {
    row.into_iter().filter(|(_, value)| *value != Bson::Null).collect()
}

/// The update that sets these fields; those that are null are removed.
pub(crate) fn set(fields: Document) -> Document {
    let (absent, present): (Vec<_>, Vec<_>) = fields.into_iter().partition(|(_, value)| *value == Bson::Null);
    let absent: Document = absent.into_iter().map(|(name, _)| (name, Bson::from(""))).collect();
    let present: Document = present.into_iter().collect();
    let mut update = Document::new();
    if !present.is_empty() {
        update.insert("$set", present);
    }
    if !absent.is_empty() {
        update.insert("$unset", absent);
    }
    update
}

/// The same, and one version further.
pub(crate) fn save(fields: Document) -> Document {
    let mut update = set(fields);
    update.insert("$inc", doc! { "version": 1_i64 });
    update
}
