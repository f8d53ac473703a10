use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use saaskit_kernel::archive::{Archive, Mark, Row, Table, Value, key_order};
use saaskit_kernel::{ErrorKind, PortError};

/// An archive and nothing else: rows in memory.
#[derive(Debug)]
pub struct MemoryArchive {
    tables: Vec<&'static Table>,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    rows: BTreeMap<&'static str, Vec<Row>>,
    mark: Option<Mark>,
}

impl MemoryArchive {
    /// An empty one of those tables.
    pub fn new(tables: impl IntoIterator<Item = &'static Table>) -> Self {
        Self { tables: tables.into_iter().collect(), kept: Mutex::default() }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn of(&self, table: &Table) -> &[Row] {
        self.rows.get(table.name).map_or(&[], Vec::as_slice)
    }
}

#[async_trait]
impl Archive for MemoryArchive {
    fn tables(&self) -> Vec<&'static Table> {
        self.tables.clone()
    }

    async fn read(&self, table: &Table, after: Option<&[Value]>, limit: u32) -> Result<Vec<Row>, PortError> {
        let is_after =
            |row: &&Row| after.is_none_or(|key| key_order(table.key_of(row), key) == Ordering::Greater);
        let kept = self.kept();
        Ok(kept.of(table).iter().filter(is_after).take(limit as usize).cloned().collect())
    }

    async fn last(&self, table: &Table) -> Result<Option<Row>, PortError> {
        Ok(self.kept().of(table).last().map(|row| table.key_of(row).to_vec()))
    }

    async fn write(&self, table: &Table, rows: &[Row]) -> Result<(), PortError> {
        let mut kept = self.kept();
        let mut next = kept.of(table).to_vec();
        for row in rows {
            let place = next.binary_search_by(|known| key_order(table.key_of(known), table.key_of(row)));
            match place {
                Err(place) => next.insert(place, row.clone()),
                Ok(_) if table.rest.is_empty() => {}
                Ok(_) => return Err(refused("a row of a known key")),
            }
        }
        let name = self.tables.iter().find(|known| known.name == table.name);
        kept.rows.insert(name.ok_or_else(|| refused("a row of an unknown table"))?.name, next);
        Ok(())
    }

    async fn mark(&self) -> Result<Option<Mark>, PortError> {
        Ok(self.kept().mark)
    }

    async fn begin(&self, mark: Mark) -> Result<(), PortError> {
        self.kept().mark = Some(mark);
        Ok(())
    }

    async fn end(&self) -> Result<(), PortError> {
        self.kept().mark = None;
        Ok(())
    }
}

fn refused(what: &'static str) -> PortError {
    PortError::new(ErrorKind::Unexpected, "memory").because(what)
}
