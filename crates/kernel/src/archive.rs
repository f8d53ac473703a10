//! Everything a store keeps, in a form that is no store's: by it a whole installation moves from one store to another.

mod moving;
mod own;
mod page;
mod row;
mod sum;
mod table;

use std::fmt;

use async_trait::async_trait;

use crate::PortError;

pub use moving::{MoveError, Moved, Progress, Step, move_all};
pub use own::TABLES;
pub use row::{Row, Value, key_order};
pub use sum::Sum;
pub use table::{Column, Kind, Table};

/// Which move a target was begun for: the sum of all its source held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark(pub [u8; 32]);

/// One store, as rows of tables that are the same in every store. Whoever opened it has the store for himself. What a
/// store numbers or computes by itself is no column here: the target does so again.
///
/// # Contract
///
/// - What was written is read as it was written, in the order of the keys ([`key_order`]), no key twice.
/// - A page holds at most so many rows and goes on right after the key it is asked for; it is empty only at the end.
/// - `last` is the greatest key there is.
/// - Rows are written all or none; a key that must be unique and is there already refuses them.
/// - A table follows those its rows point to.
/// - A mark stays until the end, and while it is there the store serves nobody else.
#[async_trait]
pub trait Archive: fmt::Debug + Send + Sync + 'static {
    /// Everything it keeps, in the order to write it.
    fn tables(&self) -> Vec<&'static Table>;

    /// A page of a table, after that key.
    async fn read(&self, table: &Table, after: Option<&[Value]>, limit: u32) -> Result<Vec<Row>, PortError>;

    /// The greatest key of a table.
    async fn last(&self, table: &Table) -> Result<Option<Row>, PortError>;

    /// Adds rows, in the order of their keys.
    async fn write(&self, table: &Table, rows: &[Row]) -> Result<(), PortError>;

    /// The move it is the unfinished target of.
    async fn mark(&self) -> Result<Option<Mark>, PortError>;

    /// Becomes the target of a move.
    async fn begin(&self, mark: Mark) -> Result<(), PortError>;

    /// It is whole: no mark any more.
    async fn end(&self) -> Result<(), PortError>;
}
