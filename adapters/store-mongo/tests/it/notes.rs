//! A handler of the suites' foreign write.

use async_trait::async_trait;
use bson::{Document, doc};
use futures_util::TryStreamExt as _;
use mongodb::{ClientSession, Database};
use saaskit_conformance::foreign::{Note, Notes};
use saaskit_kernel::{CommitError, Write};
use saaskit_store_mongo::{Failure, WriteHandler};

#[derive(Debug)]
pub(crate) struct TakesNotes;

#[async_trait]
impl WriteHandler for TakesNotes {
    fn handles(&self, write: &Write) -> bool {
        write.of::<Note>().is_some()
    }

    async fn apply(
        &self,
        database: &Database,
        session: &mut ClientSession,
        write: &Write,
    ) -> Result<(), Failure> {
        let note = write.of::<Note>().expect("only what it handles is given to it");
        if note.text.is_empty() {
            return Err(CommitError::Refused(Note::NOT_EMPTY).into());
        }
        let row = doc! { "_id": i64::from(note.number), "text": note.text.as_str() };
        database.collection("notes").insert_one(row).session(session).await?;
        Ok(())
    }
}

#[derive(Debug)]
pub(crate) struct ReadsNotes(pub(crate) Database);

#[async_trait]
impl Notes for ReadsNotes {
    async fn texts(&self) -> Vec<String> {
        let notes = self.0.collection::<Document>("notes");
        let found = notes.find(doc! {}).sort(doc! { "_id": 1 });
        let rows: Vec<Document> = found.await.unwrap().try_collect().await.unwrap();
        rows.iter().map(|row| row.get_str("text").unwrap().to_owned()).collect()
    }
}
