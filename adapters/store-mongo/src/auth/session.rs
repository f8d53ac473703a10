use async_trait::async_trait;
use bson::{Bson, Document, doc};
use saaskit_auth::port::Sessions;
use saaskit_auth::write::SessionWrite;
use saaskit_auth::{Method, Session, User};
use saaskit_kernel::{Agent, PortError, SessionId, Timestamp, TokenHash, UserId};

use super::refresh::LINKS;
use super::{MOST_FORGOTTEN, by_id, user};
use crate::commit::saved;
use crate::failure::unreadable;
use crate::row::{Row, bytes, id, maybe_bytes, maybe_id, maybe_text, maybe_time, time};
use crate::tx::{Tx, set};
use crate::{Failure, MongoStore};

pub(super) const SESSIONS: &str = "auth_sessions";
/// No list of a user's sessions is longer.
const MOST_LISTED: i64 = 100;

pub(super) fn read(row: &Document) -> Result<Session, PortError> {
    let ip = row.maybe_text("ip")?.map(str::parse);
    Ok(Session {
        id: row.id("_id")?,
        user: row.id("user_id")?,
        epoch: row.number("epoch")?,
        method: row.word("method", Method::parse)?,
        created_at: row.at("created_at")?,
        authenticated_at: row.at("authenticated_at")?,
        seen_at: row.at("seen_at")?,
        expires_at: row.at("expires_at")?,
        ended_at: row.maybe_at("ended_at")?,
        warned_at: row.maybe_at("warned_at")?,
        tenant: row.maybe_id("acts_in")?,
        cookie: row.maybe_bytes("cookie")?.map(TokenHash::from_bytes),
        ip: ip.transpose().map_err(unreadable)?,
        agent: row.maybe_text("agent")?.map(Agent::new),
    })
}

fn read_with_user(row: &Document) -> Result<(Session, User), PortError> {
    Ok((read(row)?, user::read(row.part("user")?)?))
}

fn read_renewed(row: &Document) -> Result<Session, PortError> {
    let session = read(row)?;
    let newest = row.maybe("newest", Bson::as_document)?;
    let renewed_at = newest.map(|link| link.at("created_at")).transpose()?;
    Ok(Session { seen_at: renewed_at.map_or(session.seen_at, |at| at.max(session.seen_at)), ..session })
}

#[async_trait]
impl Sessions for MongoStore {
    async fn session(&self, session: SessionId) -> Result<Option<(Session, User)>, PortError> {
        self.session_where(doc! { "_id": id(session) }).await
    }

    async fn session_by_cookie(&self, cookie: &TokenHash) -> Result<Option<(Session, User)>, PortError> {
        self.session_where(doc! { "cookie": bytes(cookie.as_bytes()) }).await
    }

    async fn sessions_of(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>, PortError> {
        self.snapshot(SESSIONS, that_live(user, now)).await?.iter().map(read_renewed).collect()
    }
}

impl MongoStore {
    async fn session_where(&self, condition: Document) -> Result<Option<(Session, User)>, PortError> {
        let mut pipeline = vec![doc! { "$match": condition }];
        pipeline.extend(by_id(user::USERS, "user_id", "user"));
        self.snapshot(SESSIONS, pipeline).await?.first().map(read_with_user).transpose()
    }
}

/// The newest of a user that live, each with the newest link of its chain.
fn that_live(user: UserId, now: Timestamp) -> Vec<Document> {
    let live = doc! { "user_id": id(user), "ended_at": null, "expires_at": { "$gt": time(now) } };
    let newest_link = doc! {
        "from": LINKS,
        "localField": "_id",
        "foreignField": "session_id",
        "pipeline": [{ "$sort": { "number": -1 } }, { "$limit": 1 }, { "$project": { "created_at": 1 } }],
        "as": "newest",
    };
    let [join, unwind] = by_id(user::USERS, "user_id", "user");
    vec![
        doc! { "$match": live },
        doc! { "$sort": { "created_at": -1, "_id": -1 } },
        join,
        unwind,
        doc! { "$match": { "$expr": { "$eq": ["$epoch", "$user.epoch"] } } },
        doc! { "$limit": MOST_LISTED },
        doc! { "$lookup": newest_link },
        doc! { "$unwind": { "path": "$newest", "preserveNullAndEmptyArrays": true } },
    ]
}

pub(super) async fn apply(tx: &mut Tx<'_>, write: &SessionWrite) -> Result<(), Failure> {
    match write {
        SessionWrite::Start(session) => tx.insert(SESSIONS, row(session)).await,
        SessionWrite::End { session, at } => {
            let open = doc! { "_id": id(*session), "ended_at": null };
            change(tx, open, doc! { "ended_at": time(*at) }).await
        }
        SessionWrite::Adopt { session, epoch } => {
            change(tx, doc! { "_id": id(*session) }, doc! { "epoch": i64::from(*epoch) }).await
        }
        SessionWrite::Prove { session, at } => {
            change(tx, doc! { "_id": id(*session) }, doc! { "authenticated_at": time(*at) }).await
        }
        SessionWrite::Act { session, tenant } => {
            change(tx, doc! { "_id": id(*session) }, doc! { "acts_in": maybe_id(*tenant) }).await
        }
        SessionWrite::Carry { session, from, to } => {
            let carried = doc! { "_id": id(*session), "cookie": bytes(from.as_bytes()) };
            saved(tx.update(SESSIONS, carried, set(doc! { "cookie": bytes(to.as_bytes()) })).await?)
        }
        SessionWrite::Warn { session, last, at } => {
            let unwarned = doc! { "_id": id(*session), "warned_at": maybe_time(*last) };
            saved(tx.update(SESSIONS, unwarned, set(doc! { "warned_at": time(*at) })).await?)
        }
        SessionWrite::See { session, at } => {
            let earlier = doc! { "_id": id(*session), "seen_at": { "$lt": time(*at) } };
            change(tx, earlier, doc! { "seen_at": time(*at) }).await
        }
        SessionWrite::Erase(user) => {
            while remove_some(tx, doc! { "user_id": id(*user) }).await? {}
            Ok(())
        }
        SessionWrite::Forget { before } => {
            let earlier = doc! { "$lt": time(*before) };
            let over = doc! { "$or": [{ "expires_at": &earlier }, { "ended_at": &earlier }] };
            remove_some(tx, over).await.map(drop)
        }
    }
}

async fn change(tx: &mut Tx<'_>, filter: Document, fields: Document) -> Result<(), Failure> {
    tx.update(SESSIONS, filter, set(fields)).await.map(drop)
}

/// A thousand of those that are found at once, with their chains; gives whether there were so many.
async fn remove_some(tx: &mut Tx<'_>, filter: Document) -> Result<bool, Failure> {
    let going = tx.all(SESSIONS, filter, MOST_FORGOTTEN).await?;
    let ids: Vec<Bson> = going.into_iter().filter_map(|mut row| row.remove("_id")).collect();
    if ids.is_empty() {
        return Ok(false);
    }
    let is_full = ids.len() == MOST_FORGOTTEN as usize;
    tx.delete(LINKS, doc! { "session_id": { "$in": &ids } }).await?;
    tx.delete(SESSIONS, doc! { "_id": { "$in": ids } }).await?;
    Ok(is_full)
}

fn row(session: &Session) -> Document {
    doc! {
        "_id": id(session.id),
        "user_id": id(session.user),
        "epoch": i64::from(session.epoch),
        "method": session.method.as_str(),
        "created_at": time(session.created_at),
        "authenticated_at": time(session.authenticated_at),
        "seen_at": time(session.seen_at),
        "expires_at": time(session.expires_at),
        "ended_at": maybe_time(session.ended_at),
        "warned_at": maybe_time(session.warned_at),
        "acts_in": maybe_id(session.tenant),
        "cookie": maybe_bytes(session.cookie.as_ref().map(TokenHash::as_bytes)),
        "ip": maybe_text(session.ip.map(|ip| ip.to_string()).as_deref()),
        "agent": maybe_text(session.agent.as_ref().map(Agent::as_str)),
    }
}
