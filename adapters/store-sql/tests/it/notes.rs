//! A handler of the suites' foreign write, the same on both engines.

/// Makes `TakesNotes`, a handler, and `ReadsNotes`, which reads with a pool of its own what was taken down.
macro_rules! notes {
    ($engine:ident, $pool:ty, $table:literal) => {
        #[derive(Debug)]
        pub(super) struct TakesNotes;

        #[async_trait::async_trait]
        impl saaskit_store_sql::$engine::WriteHandler for TakesNotes {
            fn handles(&self, write: &saaskit_kernel::Write) -> bool {
                write.of::<saaskit_conformance::foreign::Note>().is_some()
            }

            async fn apply(
                &self,
                conn: &mut saaskit_store_sql::$engine::Conn,
                write: &saaskit_kernel::Write,
            ) -> Result<(), saaskit_store_sql::Failure> {
                use saaskit_conformance::foreign::Note;
                let Some(note) = write.of::<Note>() else { panic!("not asked to handle this") };
                if note.text.is_empty() {
                    return Err(saaskit_kernel::CommitError::Refused(Note::NOT_EMPTY).into());
                }
                let insert = sqlx::query(concat!("INSERT INTO ", $table, " (number, text) VALUES ($1, $2)"));
                insert.bind(i64::from(note.number)).bind(note.text.as_str()).execute(conn).await?;
                Ok(())
            }
        }

        #[derive(Debug)]
        pub(super) struct ReadsNotes(pub(super) $pool);

        #[async_trait::async_trait]
        impl saaskit_conformance::foreign::Notes for ReadsNotes {
            async fn texts(&self) -> Vec<String> {
                let read = sqlx::query_scalar(concat!("SELECT text FROM ", $table, " ORDER BY number"));
                read.fetch_all(&self.0).await.unwrap()
            }
        }
    };
}
pub(crate) use notes;
