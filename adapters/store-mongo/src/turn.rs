//! The one lock of a database: whoever migrates it, or moves everything, has it, and nobody else does either meanwhile.
//! It is lent for a while, so that nobody waits for ever for who died.

use std::time::Duration;

use bson::oid::ObjectId;
use bson::{DateTime, Document, doc};
use mongodb::error::Error;
use mongodb::{Collection, Database};
use saaskit_kernel::{ErrorKind, PortError};
use tokio::time::{sleep, timeout};

use crate::failure::{port, port_error};
use crate::index::is_duplicate;

const LOCKS: &str = "saaskit_locks";
/// The one lock there is.
const TURN: &str = "migrations";
/// How long somebody waits for it.
const PATIENCE: Duration = Duration::from_mins(3);
/// Who was silent for as long is not there any more.
pub(crate) const SILENCE: Duration = Duration::from_secs(15);

/// What somebody has the turn for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Migrate,
    Move,
}

impl Purpose {
    /// How long others wait for who has the turn and died.
    const fn lease(self) -> Duration {
        match self {
            Self::Migrate => Duration::from_mins(1),
            Self::Move => SILENCE,
        }
    }
}

/// Takes the turn, or takes it for longer.
pub(crate) async fn take(database: &Database, me: ObjectId, purpose: Purpose) -> Result<(), PortError> {
    let taking = async {
        while !try_take(database, me, purpose).await.map_err(port)? {
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    };
    let waited = timeout(PATIENCE, taking).await;
    waited.map_err(|_| port_error(ErrorKind::TimedOut).because("others are migrating or moving"))?
}

async fn try_take(database: &Database, me: ObjectId, purpose: Purpose) -> Result<bool, Error> {
    let now = now(database).await?;
    let free = doc! { "_id": TURN, "$or": [{ "holder": me }, { "until": { "$lt": now } }] };
    let until = now.saturating_add_duration(purpose.lease());
    let take = doc! { "$set": { "holder": me, "until": until, "moves": purpose == Purpose::Move } };
    match locks(database).update_one(free, take).upsert(true).await {
        Ok(_) => Ok(true),
        Err(error) if is_duplicate(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Once more for as long as a move has it, where it was neither given nor lost.
pub(crate) async fn keep(database: &Database, me: ObjectId) -> Result<(), Error> {
    let until = now(database).await?.saturating_add_duration(Purpose::Move.lease());
    let longer = doc! { "$set": { "until": until } };
    locks(database).update_one(doc! { "_id": TURN, "holder": me }, longer).await.map(drop)
}

/// Ends what [`take`] began.
pub(crate) async fn give(database: &Database, me: ObjectId) -> Result<(), Error> {
    locks(database).delete_one(doc! { "_id": TURN, "holder": me }).await.map(drop)
}

/// Whether somebody moves everything.
pub(crate) async fn is_moving(database: &Database) -> Result<bool, Error> {
    let moving = doc! { "_id": TURN, "moves": true, "until": { "$gte": now(database).await? } };
    Ok(locks(database).find_one(moving).await?.is_some())
}

/// Time is told by the server, so that all nodes mean the same.
pub(crate) async fn now(database: &Database) -> Result<DateTime, Error> {
    let hello = database.run_command(doc! { "hello": 1 }).await?;
    Ok(hello.get_datetime("localTime").copied().unwrap_or(DateTime::from_millis(0)))
}

fn locks(database: &Database) -> Collection<Document> {
    database.collection(LOCKS)
}
