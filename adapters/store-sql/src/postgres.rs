//! The store on PostgreSQL: a schema and roles of its own, forced row-level security.

/// A read of one tenant's rows under row-level security in one statement; `$1` is the tenant. The outer row exists
/// before the inner plan starts, because `q` needs `me.ok`; both `OFFSET 0` keep them apart.
macro_rules! as_tenant {
    ($($sql:tt)*) => {
        concat!(
            "SELECT q.* FROM (SELECT set_config('app.tenant', $1::text, true) IS NOT NULL AS ok OFFSET 0) me
             CROSS JOIN LATERAL (SELECT x.* FROM (", $($sql)*, ") x WHERE me.ok OFFSET 0) q"
        )
    };
}
/// A comparison with any row of a sub-select, which is run once.
macro_rules! any_of { ($($sql:tt)*) => { concat!("= ANY(ARRAY(", $($sql)*, "))") } }
/// Rows others work on are passed over.
macro_rules! skip_locked {
    () => {
        " FOR UPDATE SKIP LOCKED"
    };
}
/// Whoever else reads these rows like this waits.
macro_rules! lock_rows {
    () => {
        " FOR NO KEY UPDATE"
    };
}
/// These rows are not removed before the transaction ends.
macro_rules! keep_rows {
    () => {
        " FOR KEY SHARE"
    };
}
/// Two changes in one trip, with the rows that the first one gives; both see what was there before.
macro_rules! rows_of_first {
    ($first:expr, $($second:expr),+) => {
        concat!("WITH first AS (", $first, "), second AS (", $($second),+, ") SELECT * FROM first")
    };
}
/// The elements of the JSON array `$1` as rows `r` with a column `value`.
macro_rules! each {
    () => {
        "jsonb_array_elements($1) AS r (value)"
    };
}
/// A member of such an element, as the column's type.
macro_rules! member {
    (uuid $name:literal) => {
        concat!("(r.value ->> '", $name, "')::uuid")
    };
    (text $name:literal) => {
        concat!("r.value ->> '", $name, "'")
    };
    (number $name:literal) => {
        concat!("(r.value ->> '", $name, "')::smallint")
    };
    (big $name:literal) => {
        concat!("(r.value ->> '", $name, "')::bigint")
    };
    (time $name:literal) => {
        concat!("(r.value ->> '", $name, "')::timestamptz")
    };
    (json $name:literal) => {
        concat!("r.value -> '", $name, "'")
    };
    (ip $name:literal) => {
        concat!("(r.value ->> '", $name, "')::inet")
    };
}
/// A text parameter as an address column takes it.
macro_rules! ip_in {
    ($parameter:literal) => {
        concat!($parameter, "::inet")
    };
}
/// An address column as text.
macro_rules! ip_out {
    ($column:literal) => {
        concat!("host(", $column, ")")
    };
}
/// The claim after the lanes: one job a lane and turn, pulled lazily, so that only what is claimed is locked;
/// `$2` jobs, leased until `$1`.
macro_rules! claim_of_lanes {
    () => {
        ", turn (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM turn WHERE n + 1 < $2)
         UPDATE work_jobs SET ready = false, leased = true, next_at = $1, attempt = attempt + 1 WHERE id = ANY(ARRAY(
           SELECT c.id FROM turn CROSS JOIN LATERAL (SELECT j.id FROM lanes CROSS JOIN LATERAL (
             SELECT id FROM work_jobs WHERE ready AND lane = lanes.lane ORDER BY next_at, id
             LIMIT 1 OFFSET turn.n FOR UPDATE SKIP LOCKED) j OFFSET 0) c LIMIT $2))"
    };
}
/// From where on a later statement has to look, so that it misses no signal that this one does not see.
macro_rules! signals_seen {
    () => {
        "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    };
}
/// The signals `s` from such a place on, `$1`.
macro_rules! signals_from {
    () => {
        "s.xid >= $1::bigint::text::xid8"
    };
}
/// Where applied migrations are recorded.
macro_rules! migrations_table {
    () => {
        "CREATE TABLE IF NOT EXISTS saaskit_migrations (
           domain     text        NOT NULL,
           version    bigint      NOT NULL,
           name       text        NOT NULL,
           checksum   bytea       NOT NULL,
           applied_at timestamptz NOT NULL DEFAULT now(),
           PRIMARY KEY (domain, version)
         );
         GRANT SELECT ON saaskit_migrations TO saaskit_app, saaskit_system"
    };
}
/// A migration's up script.
macro_rules! up {
    ($path:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres/", $path, ".up.sql"))
    };
}

mod config;
mod engine;
mod hold;
mod roles;
mod schema;
#[path = "shared/store.rs"]
mod store;
#[cfg(test)]
mod tests;
mod transaction;

pub use config::Config;
pub use engine::Conn;
pub use store::{Archive as PostgresArchive, Store as PostgresStore, WriteHandler};
