use super::page::Pages;
use super::sum::{Summing, mark};
use super::{Archive, Sum, Table};
use crate::PortError;

/// Where a move is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The source is read once, to know what there is.
    Surveying,
    /// Rows are read there and written here.
    Copying,
    /// The target is read once, to be compared.
    Verifying,
}

/// How far a step got with a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is done.
    pub step: Step,
    /// With which table.
    pub table: &'static str,
    /// Rows until now.
    pub rows: u64,
}

/// What was moved.
#[derive(Debug)]
pub struct Moved {
    /// Each table and what it holds, on both sides.
    pub tables: Vec<(&'static Table, Sum)>,
    /// Whether it went on with a move that was broken off.
    pub resumed: bool,
}

/// Why a move did not come to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MoveError {
    /// The two are of different versions.
    #[error(
        "source and target do not keep the same tables: both have to be of this version, with all its parts"
    )]
    OtherTables,
    /// It is not whole.
    #[error("the source is itself the unfinished target of a move: finish that first")]
    HalfSource,
    /// Somebody's data is there.
    #[error("the target is not empty: {0} holds rows")]
    NotEmpty(&'static str),
    /// What is there was copied from something else.
    #[error(
        "the target is the unfinished end of a move from another source, or the source changed since: \
         empty the target and begin anew"
    )]
    OtherMove,
    /// The target does not hold what the source held.
    #[error(
        "{0} is not the same in source and target: make sure that nothing uses either, empty the target and begin anew"
    )]
    Differs(&'static str),
    /// The source failed.
    #[error("the source can't be read")]
    Source(#[source] PortError),
    /// The target failed.
    #[error("the target can't be used")]
    Target(#[source] PortError),
}

/// Copies all that `from` holds to `to`, which is empty or the target of the same move, broken off; then compares
/// both. A move that fails half-way goes on where it stopped when it is begun again.
pub async fn move_all(
    from: &dyn Archive,
    to: &dyn Archive,
    tell: &mut (dyn FnMut(Progress) + Send),
) -> Result<Moved, MoveError> {
    let tables = from.tables();
    if tables != to.tables() {
        return Err(MoveError::OtherTables);
    }
    if from.mark().await.map_err(MoveError::Source)?.is_some() {
        return Err(MoveError::HalfSource);
    }
    let mut contents = Vec::new();
    for table in tables {
        let sum = sum(from, table, Step::Surveying, tell).await.map_err(MoveError::Source)?;
        contents.push((table, sum));
    }
    let resumed = admit(to, &contents).await?;
    for (table, _) in &contents {
        copy(from, to, table, tell).await?;
    }
    for (table, expected) in &contents {
        let found = sum(to, table, Step::Verifying, tell).await.map_err(MoveError::Target)?;
        if found != *expected {
            return Err(MoveError::Differs(table.name));
        }
    }
    to.end().await.map_err(MoveError::Target)?;
    Ok(Moved { tables: contents, resumed })
}

/// Takes an empty target for this move; whether it was taken for it before.
async fn admit(to: &dyn Archive, contents: &[(&'static Table, Sum)]) -> Result<bool, MoveError> {
    let mark = mark(contents);
    match to.mark().await.map_err(MoveError::Target)? {
        Some(begun) if begun == mark => return Ok(true),
        Some(_) => return Err(MoveError::OtherMove),
        None => {}
    }
    for (table, _) in contents {
        if to.last(table).await.map_err(MoveError::Target)?.is_some() {
            return Err(MoveError::NotEmpty(table.name));
        }
    }
    to.begin(mark).await.map_err(MoveError::Target)?;
    Ok(false)
}

/// Goes on after what is there already: rows come in the order of their keys.
async fn copy(
    from: &dyn Archive,
    to: &dyn Archive,
    table: &'static Table,
    tell: &mut (dyn FnMut(Progress) + Send),
) -> Result<(), MoveError> {
    let there = to.last(table).await.map_err(MoveError::Target)?;
    let mut pages = Pages::new(from, table, there);
    let mut rows = 0;
    loop {
        let page = pages.next().await.map_err(MoveError::Source)?;
        if page.is_empty() {
            return Ok(());
        }
        to.write(table, &page).await.map_err(MoveError::Target)?;
        rows += page.len() as u64;
        tell(Progress { step: Step::Copying, table: table.name, rows });
    }
}

async fn sum(
    archive: &dyn Archive,
    table: &'static Table,
    step: Step,
    tell: &mut (dyn FnMut(Progress) + Send),
) -> Result<Sum, PortError> {
    let mut pages = Pages::new(archive, table, None);
    let mut summing = Summing::default();
    loop {
        let page = pages.next().await?;
        if page.is_empty() {
            return Ok(summing.end());
        }
        for row in &page {
            summing.add(row);
        }
        tell(Progress { step, table: table.name, rows: summing.rows() });
    }
}
