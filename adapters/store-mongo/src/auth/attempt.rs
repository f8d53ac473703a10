use async_trait::async_trait;
use bson::{Bson, Document, doc};
use saaskit_auth::port::AttemptCounters;
use saaskit_auth::write::AttemptWrite;
use saaskit_auth::{AttemptKey, Attempts, Tries};
use saaskit_kernel::{PortError, Timestamp, Version};

use super::MOST_FORGOTTEN;
use crate::commit::saved;
use crate::failure::unreadable;
use crate::row::{Row, bytes, maybe_bytes, maybe_time, time, version};
use crate::tx::{Tx, save};
use crate::{Failure, MongoStore};

const ATTEMPTS: &str = "auth_attempts";

fn read(row: &Document) -> Result<Attempts, PortError> {
    Ok(Attempts {
        key: AttemptKey::from_bytes(row.bytes("_id")?),
        account: row.maybe_bytes("account")?.map(AttemptKey::from_bytes),
        tries: tries(row)?,
        // A node of the version before may have written since the migration.
        tried_at: match row.maybe_at("tried_at")? {
            Some(at) => at,
            None => row.at("window_from")?,
        },
        in_row: row.number("in_row")?,
        locks: row.number("locks")?,
        locked_until: row.maybe_at("locked_until")?,
        version: row.version("version")?,
    })
}

/// In milliseconds, as they are stored.
fn tries(row: &Document) -> Result<Tries, PortError> {
    let Some(all) = row.maybe("tries", Bson::as_array)? else { return Ok(Tries::default()) };
    let times = all.iter().map(|at| at.as_i64().map(Timestamp::from_millis));
    let times: Option<_> = times.collect();
    times.map(Tries::at).ok_or_else(|| unreadable("a try has no time"))
}

#[async_trait]
impl AttemptCounters for MongoStore {
    async fn attempts(&self, key: &AttemptKey) -> Result<Option<Attempts>, PortError> {
        self.one(ATTEMPTS, of(key)).await?.as_ref().map(read).transpose()
    }
}

pub(super) async fn apply(tx: &mut Tx<'_>, write: &AttemptWrite) -> Result<(), Failure> {
    match write {
        AttemptWrite::Save(attempts) if attempts.version == Version::NEW => {
            tx.insert(ATTEMPTS, row(attempts)).await
        }
        AttemptWrite::Save(attempts) => {
            let mut stored = of(&attempts.key);
            stored.insert("version", version(attempts.version));
            saved(tx.update(ATTEMPTS, stored, save(fields(attempts))).await?)
        }
        AttemptWrite::Clear(key) => tx.delete(ATTEMPTS, of(key)).await.map(drop),
        AttemptWrite::ClearAccount(account) => {
            let all = doc! { "$or": [of(account), { "account": bytes(account.as_bytes()) }] };
            tx.delete(ATTEMPTS, all).await.map(drop)
        }
        AttemptWrite::Forget { before } => tx.delete_some(ATTEMPTS, idle(*before), MOST_FORGOTTEN).await,
    }
}

fn of(key: &AttemptKey) -> Document {
    doc! { "_id": bytes(key.as_bytes()) }
}

/// Those that were tried last before that and neither lock nor disable.
fn idle(before: Timestamp) -> Document {
    doc! {
        "in_row": { "$lt": i64::from(Attempts::MOST_IN_ROW) },
        "$and": [
            { "$or": [{ "tried_at": { "$lt": time(before) } }, { "tried_at": null, "window_from": { "$lt": time(before) } }] },
            { "$or": [{ "locked_until": null }, { "locked_until": { "$lte": time(before) } }] },
        ],
    }
}

fn row(attempts: &Attempts) -> Document {
    let mut row = of(&attempts.key);
    row.extend(fields(attempts));
    row.insert("version", version(attempts.version.next()));
    row
}

fn fields(attempts: &Attempts) -> Document {
    let tries: Vec<i64> = attempts.tries.times().iter().map(|at| at.millis()).collect();
    doc! {
        "account": maybe_bytes(attempts.account.map(|account| *account.as_bytes())),
        "tries": tries,
        "tried_at": time(attempts.tried_at),
        "in_row": i64::from(attempts.in_row),
        "locks": i64::from(attempts.locks),
        "locked_until": maybe_time(attempts.locked_until),
    }
}
