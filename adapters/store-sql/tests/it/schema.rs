//! What a store keeps, and what of it moves.

use std::collections::BTreeMap;

use saaskit_kernel::archive::{Kind, Table};

/// What a database numbers by itself, and does so again after a move.
const NUMBERED: &[(&str, &str)] = &[
    ("audit_entries", "seq"),
    ("audit_entries", "xid"),
    ("kernel_signals", "n"),
    ("kernel_signals", "xid"),
    ("notify_outbox", "seq"),
];

/// Compares the columns `(table, column, type)` of a database, without those it computes, with what moves.
pub(crate) fn assert_all_moves(
    columns: Vec<(String, String, String)>,
    tables: &[&Table],
    type_of: fn(Kind) -> &'static str,
) {
    let mut kept: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (table, column, of) in columns {
        if table != "saaskit_migrations" && !NUMBERED.contains(&(table.as_str(), column.as_str())) {
            kept.entry(table).or_default().insert(column, of);
        }
    }
    let moving = |table: &&Table| {
        let columns = table.columns().map(|column| (column.name.to_owned(), type_of(column.kind).to_owned()));
        (table.name.to_owned(), columns.collect())
    };
    assert_eq!(kept, tables.iter().map(moving).collect());
}
