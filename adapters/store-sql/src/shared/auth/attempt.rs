use async_trait::async_trait;
use saaskit_auth::port::AttemptCounters;
use saaskit_auth::write::AttemptWrite;
use saaskit_auth::{AttemptKey, Attempts, Tries};
use saaskit_kernel::{PortError, Timestamp, Version};
use serde_json::json;
use sqlx::types::Json;

use super::super::commit::saved;
use super::super::engine::{At, Query, sql};
use super::super::row::{Columns, stored};
use super::super::{Conn, Row, Store};
use crate::Failure;

const INSERT: &str =
    "INSERT INTO auth_attempts (key, tries, tried_at, in_row, locks, locked_until, version, account)
    VALUES ($1, $2, $3, $4, $5, $6, $7 + 1, $8) ON CONFLICT (key) DO NOTHING";

const SAVE: &str =
    "UPDATE auth_attempts SET tries = $2, tried_at = $3, in_row = $4, locks = $5, locked_until = $6,
      version = version + 1, account = $8 WHERE key = $1 AND version = $7";

/// A thousand at once, so that it stays short.
const FORGET: &str = concat!(
    "DELETE FROM auth_attempts WHERE key ",
    any_of!(
        "SELECT key FROM auth_attempts WHERE tried_at < $1 AND in_row < $2
           AND (locked_until IS NULL OR locked_until <= $1) ORDER BY tried_at LIMIT 1000",
        skip_locked!()
    )
);

fn read(row: &Row) -> Result<Attempts, PortError> {
    Ok(Attempts {
        key: AttemptKey::from_bytes(row.bytes("key")?),
        account: row.maybe_bytes("account")?.map(AttemptKey::from_bytes),
        tries: tries(&row.get::<Json<Vec<i64>>>("tries")?.0),
        tried_at: row.at("tried_at")?,
        in_row: row.number("in_row")?,
        locks: row.number("locks")?,
        locked_until: row.maybe_at("locked_until")?,
        version: row.version("version")?,
    })
}

/// In milliseconds, as they are stored.
fn tries(times: &[i64]) -> Tries {
    Tries::at(times.iter().copied().map(Timestamp::from_millis).collect())
}

#[async_trait]
impl AttemptCounters for Store {
    async fn attempts(&self, key: &AttemptKey) -> Result<Option<Attempts>, PortError> {
        let text = "SELECT key, account, tries, tried_at, in_row, locks, locked_until, version
                    FROM auth_attempts WHERE key = $1";
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
        AttemptWrite::ClearAccount(key) => {
            let query = sql("DELETE FROM auth_attempts WHERE key = $1 OR account = $1");
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
    let tries: Vec<i64> = attempts.tries.times().iter().map(|at| at.millis()).collect();
    sql(if attempts.version == Version::NEW { INSERT } else { SAVE })
        .bind(attempts.key.as_bytes().to_vec())
        .bind(Json(json!(tries)))
        .bind(At(attempts.tried_at))
        .bind(i64::from(attempts.in_row))
        .bind(i64::from(attempts.locks))
        .bind(attempts.locked_until.map(At))
        .bind(stored(attempts.version))
        .bind(attempts.account.map(|account| account.as_bytes().to_vec()))
}
