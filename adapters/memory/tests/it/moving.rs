use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use saaskit_conformance::archive::{ArchiveHarness, Server, rows_of};
use saaskit_kernel::archive::{Archive, Mark, MoveError, Moved, Progress, Row, Step, Table, Value, move_all};
use saaskit_kernel::{ErrorKind, PortError};
use saaskit_memory::MemoryArchive;

fn tables() -> impl Iterator<Item = &'static Table> {
    [saaskit_kernel::archive::TABLES, saaskit_auth::TABLES].into_iter().flatten()
}

fn empty() -> MemoryArchive {
    MemoryArchive::new(tables())
}

async fn full() -> MemoryArchive {
    let archive = empty();
    for table in tables() {
        archive.write(table, &rows_of(table)).await.unwrap();
    }
    archive
}

async fn rows(archive: &dyn Archive) -> Vec<(&'static str, Vec<Row>)> {
    let mut rows = Vec::new();
    for table in tables() {
        rows.push((table.name, archive.read(table, None, 1000).await.unwrap()));
    }
    rows
}

/// An archive that misbehaves, behind as many doors as one likes.
#[derive(Debug, Clone)]
struct Odd {
    archive: Arc<MemoryArchive>,
    /// The longest page it gives.
    page: u32,
    /// How often it can be written to.
    writes_left: Arc<AtomicU32>,
    /// Whether it forgets everything but the letters of a text.
    careless: bool,
}

impl Odd {
    fn of(archive: MemoryArchive) -> Self {
        let writes_left = Arc::new(AtomicU32::new(u32::MAX));
        Self { archive: Arc::new(archive), page: u32::MAX, writes_left, careless: false }
    }

    /// The same, with short pages and so many writes left.
    fn writing(self, times: u32) -> Self {
        Self { page: 4, writes_left: Arc::new(AtomicU32::new(times)), ..self }
    }
}

#[async_trait]
impl Archive for Odd {
    fn tables(&self) -> Vec<&'static Table> {
        self.archive.tables()
    }

    async fn read(&self, table: &Table, after: Option<&[Value]>, limit: u32) -> Result<Vec<Row>, PortError> {
        self.archive.read(table, after, limit.min(self.page)).await
    }

    async fn last(&self, table: &Table) -> Result<Option<Row>, PortError> {
        self.archive.last(table).await
    }

    async fn write(&self, table: &Table, rows: &[Row]) -> Result<(), PortError> {
        let left =
            self.writes_left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        left.map_err(|_| PortError::new(ErrorKind::Unavailable, "test"))?;
        if !self.careless {
            return self.archive.write(table, rows).await;
        }
        let letters = |value: &Value| match value {
            Value::Text(text) => {
                Value::Text(text.chars().filter(|letter| letter.is_alphanumeric()).collect())
            }
            value => value.clone(),
        };
        let rows: Vec<Row> = rows.iter().map(|row| row.iter().map(letters).collect()).collect();
        self.archive.write(table, &rows).await
    }

    async fn mark(&self) -> Result<Option<Mark>, PortError> {
        self.archive.mark().await
    }

    async fn begin(&self, mark: Mark) -> Result<(), PortError> {
        self.archive.begin(mark).await
    }

    async fn end(&self) -> Result<(), PortError> {
        self.archive.end().await
    }
}

#[async_trait]
impl Server for Odd {
    async fn can_serve(&self) -> bool {
        self.archive.mark().await.unwrap().is_none()
    }
}

fn harness() -> ArchiveHarness {
    let shared = Odd::of(empty());
    ArchiveHarness { archive: Box::new(shared.clone()), server: Arc::new(shared), guard: None }
}

saaskit_conformance::archive_suite!(std::future::ready(super::harness()));

async fn moved(from: &dyn Archive, to: &dyn Archive) -> Result<Moved, MoveError> {
    move_all(from, to, &mut |_| {}).await
}

#[tokio::test]
async fn a_move_copies_everything_and_says_what() {
    let (from, to) = (full().await, empty());
    let mut told = Vec::new();
    let moved = move_all(&from, &to, &mut |progress| told.push(progress)).await.unwrap();
    assert_eq!(rows(&to).await, rows(&from).await);
    assert_eq!(to.mark().await.unwrap(), None);
    assert!(!moved.resumed);
    let counts: Vec<_> = moved.tables.iter().map(|(table, sum)| (table.name, sum.rows)).collect();
    let expected: Vec<_> = rows(&from).await.iter().map(|(name, rows)| (*name, rows.len() as u64)).collect();
    assert_eq!(counts, expected);
    for step in [Step::Surveying, Step::Copying, Step::Verifying] {
        assert!(told.contains(&Progress { step, table: "auth_users", rows: 6 }), "{told:?}");
    }
}

#[tokio::test]
async fn a_move_that_was_broken_off_anywhere_goes_on_where_it_stopped() {
    let from = Odd::of(full().await).writing(0);
    let to = Odd::of(empty()).writing(u32::MAX);
    moved(&from, &to).await.unwrap();
    let pages = u32::MAX - to.writes_left.load(Ordering::SeqCst);
    assert!(pages > 20, "{pages} pages");
    for writes in 0..pages {
        let to = Odd::of(empty()).writing(writes);
        let broken = moved(&from, &to).await;
        assert!(matches!(broken, Err(MoveError::Target(_))), "{broken:?}");
        assert!(!to.can_serve().await);
        let to = to.writing(pages - writes);
        assert!(moved(&from, &to).await.unwrap().resumed);
        assert_eq!(to.writes_left.load(Ordering::SeqCst), 0, "no page is written twice");
        assert_eq!(rows(to.archive.as_ref()).await, rows(from.archive.as_ref()).await);
        assert!(to.can_serve().await);
    }
}

#[tokio::test]
async fn a_target_that_holds_anything_is_refused() {
    let (from, to) = (full().await, empty());
    let table = tables().find(|table| table.name == "auth_tokens").unwrap();
    to.write(table, &rows_of(table)[..1]).await.unwrap();
    let before = rows(&to).await;
    let refused = moved(&from, &to).await;
    assert!(matches!(refused, Err(MoveError::NotEmpty("auth_tokens"))), "{refused:?}");
    assert_eq!(rows(&to).await, before);
    assert_eq!(to.mark().await.unwrap(), None);
    moved(&from, &empty()).await.unwrap();
    let twice = moved(&from, &from).await;
    assert!(matches!(twice, Err(MoveError::NotEmpty("work_jobs"))), "{twice:?}");
}

#[tokio::test]
async fn half_of_a_move_is_not_finished_with_another_source() {
    let from = full().await;
    let to = Odd::of(empty()).writing(3);
    moved(&from, &to).await.unwrap_err();
    let (other, to) = (empty(), to.writing(u32::MAX));
    let refused = moved(&other, &to).await;
    assert!(matches!(refused, Err(MoveError::OtherMove)), "{refused:?}");
    let refused = moved(&to, &empty()).await;
    assert!(matches!(refused, Err(MoveError::HalfSource)), "{refused:?}");
    assert!(!to.can_serve().await);
}

#[tokio::test]
async fn a_target_that_keeps_something_else_is_found_out() {
    let to = Odd { careless: true, ..Odd::of(empty()) };
    let refused = moved(&full().await, &to).await;
    assert!(matches!(refused, Err(MoveError::Differs("work_jobs"))), "{refused:?}");
    assert!(to.mark().await.unwrap().is_some(), "it is still not served");
}

#[tokio::test]
async fn stores_of_other_tables_are_refused() {
    let to = MemoryArchive::new(tables().take(3));
    let refused = moved(&full().await, &to).await;
    assert!(matches!(refused, Err(MoveError::OtherTables)), "{refused:?}");
}
