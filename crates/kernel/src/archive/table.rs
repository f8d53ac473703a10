use super::{Row, Value};

/// What a column holds, beside nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Yes or no.
    Flag,
    /// A whole number.
    Number,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
    /// A UUID.
    Id,
    /// A time, in milliseconds.
    Time,
    /// A JSON document.
    Json,
    /// The address of a machine.
    Ip,
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// What it is called in every store.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
}

/// A table as every store keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// What it is called in every store.
    pub name: &'static str,
    /// The columns that tell one row from another, and by which rows are ordered; none of them is ever null.
    pub key: &'static [Column],
    /// The other columns.
    pub rest: &'static [Column],
}

impl Table {
    /// Its columns, in the order of a [`Row`]'s values.
    pub fn columns(&self) -> impl Iterator<Item = &'static Column> {
        self.key.iter().chain(self.rest)
    }

    /// The key of a row.
    pub fn key_of<'a>(&self, row: &'a Row) -> &'a [Value] {
        &row[..self.key.len()]
    }
}

/// Makes `TABLES` of `name (key: Kind, …) { column: Kind, … }`.
#[macro_export]
macro_rules! tables {
    ($($table:ident ($($key:ident: $key_kind:ident),+) { $($column:ident: $kind:ident),* $(,)? })+) => {
        /// What of it a store keeps, in the order in which it can be written.
        pub const TABLES: &[$crate::archive::Table] = &[$($crate::archive::Table {
            name: stringify!($table),
            key: &[$($crate::archive::Column {
                name: stringify!($key),
                kind: $crate::archive::Kind::$key_kind,
            }),+],
            rest: &[$($crate::archive::Column {
                name: stringify!($column),
                kind: $crate::archive::Kind::$kind,
            }),*],
        }),+];
    };
}
