use async_trait::async_trait;
use saaskit_auth::port::AttemptCounters;
use saaskit_auth::write::AttemptWrite;
use saaskit_auth::{AttemptKey, Attempts};
use saaskit_kernel::{PortError, Version};

use super::super::commit::saved;
use super::super::engine::{At, Query, sql};
use super::super::row::{Columns, stored};
use super::super::{Conn, Row, Store};
use crate::Failure;

const INSERT: &str =
    "INSERT INTO auth_attempts (key, tried, window_from, in_row, locks, locked_until, version)
    VALUES ($1, $2, $3, $4, $5, $6, $7 + 1) ON CONFLICT (key) DO NOTHING";

const SAVE: &str =
    "UPDATE auth_attempts SET tried = $2, window_from = $3, in_row = $4, locks = $5, locked_until = $6,
      version = version + 1 WHERE key = $1 AND version = $7";

/// A thousand at once, so that it stays short.
const FORGET: &str = concat!(
    "DELETE FROM auth_attempts WHERE key ",
    any_of!(
        "SELECT key FROM auth_attempts WHERE window_from < $1 AND in_row < $2
           AND (locked_until IS NULL OR locked_until <= $1) ORDER BY window_from LIMIT 1000",
        skip_locked!()
    )
);

fn read(row: &Row) -> Result<Attempts, PortError> {
    Ok(Attempts {
        key: AttemptKey::from_bytes(row.bytes("key")?),
        tried: row.number("tried")?,
        window_from: row.at("window_from")?,
        in_row: row.number("in_row")?,
        locks: row.number("locks")?,
        locked_until: row.maybe_at("locked_until")?,
        version: row.version("version")?,
    })
}

#[async_trait]
impl AttemptCounters for Store {
    async fn attempts(&self, key: &AttemptKey) -> Result<Option<Attempts>, PortError> {
        let text = "SELECT key, tried, window_from, in_row, locks, locked_until, version FROM auth_attempts
                    WHERE key = $1";
        let query = || sql(text).bind(key.as_bytes().to_vec());
        self.one(self.0.pools.system(), query).await?.as_ref().map(read).transpose()
    }
}

pub(super) async fn apply(conn: &mut Conn, write: &AttemptWrite) -> Result<(), Failure> {
    match write {
        AttemptWrite::Save(attempts) => saved(save(attempts).execute(conn).await?.rows_affected()),
        AttemptWrite::Clear(key) => {
            let query = sql("DELETE FROM auth_attempts WHERE key = $1");
            query.bind(key.as_bytes().to_vec()).execute(conn).await?;
            Ok(())
        }
        AttemptWrite::Forget { before } => {
            let query = sql(FORGET).bind(At(*before));
            query.bind(i64::from(Attempts::MOST_IN_ROW)).execute(conn).await?;
            Ok(())
        }
    }
}

fn save(attempts: &Attempts) -> Query {
    sql(if attempts.version == Version::NEW { INSERT } else { SAVE })
        .bind(attempts.key.as_bytes().to_vec())
        .bind(i64::from(attempts.tried))
        .bind(At(attempts.window_from))
        .bind(i64::from(attempts.in_row))
        .bind(i64::from(attempts.locks))
        .bind(attempts.locked_until.map(At))
        .bind(stored(attempts.version))
}
