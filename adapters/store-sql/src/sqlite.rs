//! The store on SQLite: WAL, one writer, many readers.

/// A statement on one tenant's rows. SQLite has no row-level security: the statement itself says whose.
macro_rules! as_tenant { ($($sql:tt)*) => { concat!($($sql)*) } }
/// A comparison with any row of a sub-select.
macro_rules! any_of { ($($sql:tt)*) => { concat!("IN (", $($sql)*, ")") } }
/// Rows others work on need not be passed over: there is one writer.
macro_rules! skip_locked {
    () => {
        ""
    };
}
/// Nobody else reads these rows to write: there is one writer.
macro_rules! lock_rows {
    () => {
        ""
    };
}
/// These rows are not removed before the transaction ends: there is one writer.
macro_rules! keep_rows {
    () => {
        ""
    };
}
/// Two changes in one trip, with the rows that the first one gives.
macro_rules! rows_of_first {
    ($first:expr, $($second:expr),+) => {
        concat!($first, "; ", $($second),+)
    };
}
/// The elements of the JSON array `$1` as rows `r` with a column `value`.
macro_rules! each {
    () => {
        "json_each($1) AS r"
    };
}
/// A member of such an element, as the column's type.
macro_rules! member {
    (uuid $name:literal) => {
        concat!("unhex(r.value ->> '", $name, "', '-')")
    };
    (text $name:literal) => {
        concat!("r.value ->> '", $name, "'")
    };
    (number $name:literal) => {
        concat!("r.value ->> '", $name, "'")
    };
    (big $name:literal) => {
        concat!("r.value ->> '", $name, "'")
    };
    (time $name:literal) => {
        concat!("r.value ->> '", $name, "'")
    };
    (json $name:literal) => {
        concat!("r.value -> '", $name, "'")
    };
    (ip $name:literal) => {
        concat!("r.value ->> '", $name, "'")
    };
}
/// A text parameter as an address column takes it.
macro_rules! ip_in {
    ($parameter:literal) => {
        $parameter
    };
}
/// An address column as text.
macro_rules! ip_out {
    ($column:literal) => {
        $column
    };
}
/// The claim after the lanes: each gives its share of `$2` jobs, leased until `$1`.
macro_rules! claim_of_lanes {
    () => {
        "UPDATE work_jobs SET ready = false, leased = true, next_at = $1, attempt = attempt + 1 WHERE id IN (
           SELECT j.id FROM lanes CROSS JOIN work_jobs j WHERE j.id IN (
             SELECT id FROM work_jobs WHERE ready AND lane = lanes.lane ORDER BY next_at, id
             LIMIT (SELECT ($2 + count(*) - 1) / count(*) FROM lanes)) LIMIT $2)"
    };
}
/// From where on a later statement has to look, so that it misses no signal that this one does not see.
macro_rules! signals_seen {
    () => {
        "coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'kernel_signals'), 0)"
    };
}
/// The signals `s` from such a place on, `$1`.
macro_rules! signals_from {
    () => {
        "s.n > $1"
    };
}
/// Where applied migrations are recorded.
macro_rules! migrations_table {
    () => {
        "CREATE TABLE IF NOT EXISTS saaskit_migrations (
           domain     TEXT    NOT NULL,
           version    INTEGER NOT NULL,
           name       TEXT    NOT NULL,
           checksum   BLOB    NOT NULL,
           applied_at INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
           PRIMARY KEY (domain, version)
         ) STRICT, WITHOUT ROWID"
    };
}
/// A migration's up script.
macro_rules! up {
    ($path:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite/", $path, ".up.sql"))
    };
}

mod config;
mod engine;
mod hold;
mod pool;
mod schema;
#[path = "shared/store.rs"]
mod store;
mod transaction;

pub use config::Config;
pub use engine::Conn;
pub use store::{Archive as SqliteArchive, Store as SqliteStore, WriteHandler};
