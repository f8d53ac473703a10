//! Who is at work on the database. Every server says so again and again, stamped by the database's clock, until it ends
//! or dies; whoever moves everything waits until none does, and keeps new ones away by a turn of his own.

use std::time::Duration;

use bson::oid::ObjectId;
use bson::{Document, doc};
use mongodb::Database;
use mongodb::error::Error;
use saaskit_kernel::{ErrorKind, PortError};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::failure::{port, port_error};
use crate::store::late;
use crate::turn::{self, Purpose, SILENCE};

const SERVERS: &str = "saaskit_servers";
/// How often somebody says that he is there.
const BEAT: Duration = Duration::from_secs(5);
/// Those of an hour ago are forgotten.
const LONG_AGO_MS: i64 = 60 * 60 * 1000;

/// Says that somebody is there for as long as this lives.
#[derive(Debug)]
pub(crate) struct Presence(JoinHandle<()>);

impl Drop for Presence {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Presence {
    fn of<F>(say: impl Fn() -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<(), Error>> + Send,
    {
        Self(tokio::spawn(async move {
            loop {
                sleep(BEAT).await;
                let said = timeout(BEAT, say()).await.map_err(|_| late());
                if let Err(error) = said.and_then(|said| said.map_err(port)) {
                    tracing::debug!(%error, "the database could not be told who is there");
                }
            }
        }))
    }

    /// A server's. `Rejected` while everything is moved.
    pub(crate) async fn of_a_server(database: &Database) -> Result<Self, PortError> {
        let me = ObjectId::new();
        forget(database).await.map_err(port)?;
        // First said and then asked, as a move first takes its turn and then looks: of both at once one sees the other.
        say(database, me).await.map_err(port)?;
        if turn::is_moving(database).await.map_err(port)? {
            return Err(port_error(ErrorKind::Rejected).because("everything in the database is being moved"));
        }
        let database = database.clone();
        Ok(Self::of(move || {
            let database = database.clone();
            async move { say(&database, me).await }
        }))
    }

    /// That of whoever moves everything. `Rejected` where a server is there.
    pub(crate) async fn of_a_move(database: &Database, me: ObjectId) -> Result<Self, PortError> {
        turn::take(database, me, Purpose::Move).await?;
        let again = database.clone();
        let presence = Self::of(move || {
            let database = again.clone();
            async move { turn::keep(&database, me).await }
        });
        let served = timeout(2 * SILENCE, is_served(database)).await;
        if !served.map_err(|_| late())?.map_err(port)? {
            return Ok(presence);
        }
        turn::give(database, me).await.map_err(port)?;
        Err(port_error(ErrorKind::Rejected).because("a server uses the database: stop every server first"))
    }
}

/// By a command that nothing else uses, so that it is told from what somebody asked for.
async fn say(database: &Database, me: ObjectId) -> Result<(), Error> {
    let servers = database.collection::<Document>(SERVERS);
    let there = doc! { "$currentDate": { "seen_at": true } };
    servers.find_one_and_update(doc! { "_id": me }, there).upsert(true).await.map(drop)
}

async fn forget(database: &Database) -> Result<(), Error> {
    let long_ago = turn::now(database).await?.saturating_add_millis(-LONG_AGO_MS);
    let over = doc! { "seen_at": { "$lt": long_ago } };
    database.collection::<Document>(SERVERS).delete_many(over).await.map(drop)
}

/// Whether somebody is heard of from now on; nobody is, as soon as all were silent for long.
async fn is_served(database: &Database) -> Result<bool, Error> {
    let since = turn::now(database).await?;
    let servers = database.collection::<Document>(SERVERS);
    loop {
        let newest = servers.find_one(doc! {}).sort(doc! { "seen_at": -1 }).await?;
        let seen_at = newest.and_then(|server| server.get_datetime("seen_at").ok().copied());
        let now = turn::now(database).await?;
        match seen_at {
            Some(seen_at) if seen_at > since => return Ok(true),
            Some(seen_at) if seen_at.saturating_add_duration(SILENCE) > now => {
                sleep(Duration::from_millis(200)).await;
            }
            _ => return Ok(false),
        }
    }
}
