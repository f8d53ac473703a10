//! What a store must do that is moved out of or into; see [`saaskit_kernel::archive::Archive`].

mod sample;

use std::any::Any;
use std::sync::Arc;

use async_trait::async_trait;
use saaskit_kernel::archive::{Archive, Mark, Row, Table, key_order};

pub use sample::rows_of;

/// Whoever would serve a store.
#[async_trait]
pub trait Server: std::fmt::Debug + Send + Sync {
    /// Whether it can be served, now that nobody moves it.
    async fn can_serve(&self) -> bool;
}

/// The archive of an empty store.
#[derive(Debug)]
pub struct ArchiveHarness {
    /// The only one there is of the store.
    pub archive: Box<dyn Archive>,
    /// Who serves it afterwards.
    pub server: Arc<dyn Server>,
    /// What must live as long: a temporary file, a database to be dropped.
    pub guard: Option<Box<dyn Any + Send + Sync>>,
}

/// Makes a module `archive_suite` of tests. Takes an expression for a future of
/// [`ArchiveHarness`](crate::archive::ArchiveHarness).
#[macro_export]
macro_rules! archive_suite {
    ($fresh:expr $(, #[$attribute:meta])*) => {
        $crate::suite! { [$(#[$attribute])*] archive_suite of archive, $fresh,
            an_empty_store_has_no_rows_and_no_mark
            everything_is_read_as_it_was_written
            pages_go_on_right_after_their_key
            the_last_key_is_the_greatest
            a_page_that_is_refused_leaves_no_row
            a_mark_stays_until_the_end
            a_store_with_a_mark_serves_nobody
            a_store_whose_mark_is_gone_is_served
        }
    };
}

async fn everything(archive: &dyn Archive, table: &Table) -> Vec<Row> {
    archive.read(table, None, 100).await.unwrap()
}

async fn fill(archive: &dyn Archive) {
    for table in archive.tables() {
        archive.write(table, &rows_of(table)).await.expect(table.name);
    }
}

/// Rows print as nothing: only whether they are the same is told, and where.
fn assert_same(table: &Table, found: &[Row], expected: &[Row]) {
    assert_eq!(found.len(), expected.len(), "rows of {}", table.name);
    for (number, (found, expected)) in found.iter().zip(expected).enumerate() {
        for ((column, found), expected) in table.columns().zip(found).zip(expected) {
            assert!(found == expected, "{} of row {number} of {}: {found:?}", column.name, table.name);
        }
    }
}

/// A new store holds nothing and is nobody's target.
pub async fn an_empty_store_has_no_rows_and_no_mark(harness: ArchiveHarness) {
    let archive = harness.archive.as_ref();
    let tables = archive.tables();
    assert!(tables.iter().any(|table| table.name == "auth_users"), "{tables:?}");
    for table in tables {
        assert_same(table, &everything(archive, table).await, &[]);
        assert!(archive.last(table).await.unwrap().is_none(), "{}", table.name);
    }
    assert_eq!(archive.mark().await.unwrap(), None);
}

/// Whatever a row can hold comes back equal, in the order of the keys; and the tables were written in an order in which
/// all that a row points to is there.
pub async fn everything_is_read_as_it_was_written(harness: ArchiveHarness) {
    let archive = harness.archive.as_ref();
    fill(archive).await;
    for table in archive.tables() {
        assert_same(table, &everything(archive, table).await, &rows_of(table));
    }
}

/// Page after page gives every row once.
pub async fn pages_go_on_right_after_their_key(harness: ArchiveHarness) {
    let archive = harness.archive.as_ref();
    fill(archive).await;
    for table in archive.tables() {
        let mut rows: Vec<Row> = Vec::new();
        loop {
            let after = rows.last().map(|row| table.key_of(row).to_vec());
            let page = archive.read(table, after.as_deref(), 2).await.unwrap();
            assert!(page.len() <= 2, "{} rows of {}", page.len(), table.name);
            if page.is_empty() {
                break;
            }
            rows.extend(page);
        }
        assert_same(table, &rows, &rows_of(table));
    }
}

/// Whoever goes on after the last key writes nothing twice.
pub async fn the_last_key_is_the_greatest(harness: ArchiveHarness) {
    let archive = harness.archive.as_ref();
    fill(archive).await;
    for table in archive.tables() {
        let last = archive.last(table).await.unwrap().expect("there are rows");
        assert_eq!(last.len(), table.key.len());
        let rows = rows_of(table);
        let expected = rows.last().map(|row| key_order(table.key_of(row), &last));
        assert_eq!(expected, Some(std::cmp::Ordering::Equal), "{}", table.name);
        assert!(archive.read(table, Some(&last), 2).await.unwrap().is_empty(), "{}", table.name);
    }
}

/// Of a page whose last row is there already nothing is kept.
pub async fn a_page_that_is_refused_leaves_no_row(harness: ArchiveHarness) {
    let archive = harness.archive.as_ref();
    for table in archive.tables().into_iter().filter(|table| table.name == "auth_users") {
        let rows = rows_of(table);
        let (known, others) = rows.split_last().unwrap();
        archive.write(table, std::slice::from_ref(known)).await.unwrap();
        archive.write(table, &rows).await.unwrap_err();
        assert_same(table, &everything(archive, table).await, std::slice::from_ref(known));
        archive.write(table, others).await.unwrap();
        assert_same(table, &everything(archive, table).await, &rows);
    }
}

/// A target knows what it is the target of, until it is whole.
pub async fn a_mark_stays_until_the_end(harness: ArchiveHarness) {
    let archive = harness.archive.as_ref();
    archive.begin(Mark([7; 32])).await.unwrap();
    fill(archive).await;
    assert_eq!(archive.mark().await.unwrap(), Some(Mark([7; 32])));
    archive.end().await.unwrap();
    assert_eq!(archive.mark().await.unwrap(), None);
}

/// Half of a store is not served.
pub async fn a_store_with_a_mark_serves_nobody(harness: ArchiveHarness) {
    let ArchiveHarness { archive, server, guard } = harness;
    archive.begin(Mark([7; 32])).await.unwrap();
    drop(archive);
    assert!(!server.can_serve().await);
    drop(guard);
}

/// A whole one is, also if it was a target before.
pub async fn a_store_whose_mark_is_gone_is_served(harness: ArchiveHarness) {
    let ArchiveHarness { archive, server, guard } = harness;
    archive.begin(Mark([7; 32])).await.unwrap();
    archive.end().await.unwrap();
    drop(archive);
    assert!(server.can_serve().await);
    drop(guard);
}
