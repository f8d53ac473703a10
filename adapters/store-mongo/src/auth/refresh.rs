use async_trait::async_trait;
use bson::{Bson, Document, doc};
use saaskit_auth::port::RefreshTokens;
use saaskit_auth::write::{ROTATE, RefreshWrite};
use saaskit_auth::{ClientMark, Presented, RefreshToken, Rotation};
use saaskit_kernel::{CommitError, PortError, TokenHash};

use super::session::{self, SESSIONS};
use super::{by_id, user};
use crate::row::{Row, bytes, id, maybe_bytes, time};
use crate::tx::{Tx, set};
use crate::{Failure, MongoStore};

/// The chain of each session.
pub(super) const LINKS: &str = "auth_refresh_tokens";

fn read(row: &Document) -> Result<Presented, PortError> {
    let token = RefreshToken {
        hash: TokenHash::from_bytes(row.bytes("_id")?),
        session: row.id("session_id")?,
        number: row.number("number")?,
        created_at: row.at("created_at")?,
        expires_at: row.at("expires_at")?,
        rotation: read_rotation(row)?,
    };
    let successor = row.maybe("successor", Bson::as_document)?;
    let successor_shown_at = successor.map(|link| link.maybe_at("rotated_at")).transpose()?.flatten();
    let (session, user) = (session::read(row.part("session")?)?, user::read(row.part("user")?)?);
    Ok(Presented { token, successor_shown_at, session, user })
}

fn read_rotation(row: &Document) -> Result<Option<Rotation>, PortError> {
    let Some(at) = row.maybe_at("rotated_at")? else { return Ok(None) };
    let client = ClientMark(row.bytes("client")?);
    Ok(Some(Rotation { at, client, nonce: row.maybe_bytes("nonce")? }))
}

#[async_trait]
impl RefreshTokens for MongoStore {
    async fn presented(&self, hash: &TokenHash) -> Result<Option<Presented>, PortError> {
        let mut pipeline = vec![doc! { "$match": { "_id": bytes(hash.as_bytes()) } }];
        pipeline.extend(with_successor());
        pipeline.extend(by_id(SESSIONS, "session_id", "session"));
        pipeline.extend(by_id(user::USERS, "session.user_id", "user"));
        self.snapshot(LINKS, pipeline).await?.first().map(read).transpose()
    }
}

/// Puts the link after it, if there is one, into each.
fn with_successor() -> [Document; 2] {
    let is_next = doc! {
        "$and": [{ "$eq": ["$session_id", "$$session"] }, { "$eq": ["$number", "$$next"] }],
    };
    let successor = doc! {
        "from": LINKS,
        "let": { "session": "$session_id", "next": { "$add": ["$number", 1_i64] } },
        "pipeline": [{ "$match": { "$expr": is_next } }, { "$project": { "rotated_at": 1 } }],
        "as": "successor",
    };
    let unwind = doc! { "path": "$successor", "preserveNullAndEmptyArrays": true };
    [doc! { "$lookup": successor }, doc! { "$unwind": unwind }]
}

pub(super) async fn apply(tx: &mut Tx<'_>, write: &RefreshWrite) -> Result<(), Failure> {
    match write {
        RefreshWrite::Begin(first) => tx.insert(LINKS, row(first)).await,
        RefreshWrite::Rotate { shown, rotation, next } => {
            let kept = kept_too_long(tx, rotation, next).await?;
            rotate(tx, shown, rotation, next, kept).await
        }
    }
}

fn row(token: &RefreshToken) -> Document {
    let mut row = doc! {
        "_id": bytes(token.hash.as_bytes()),
        "session_id": id(token.session),
        "number": i64::from(token.number),
        "created_at": time(token.created_at),
        "expires_at": time(token.expires_at),
    };
    row.extend(token.rotation.as_ref().map(rotated).unwrap_or_default());
    row
}

fn rotated(rotation: &Rotation) -> Document {
    doc! {
        "rotated_at": time(rotation.at),
        "client": bytes(rotation.client.0),
        "nonce": maybe_bytes(rotation.nonce),
    }
}

/// The links whose nonce nobody may ask for any more: the link after them was shown long enough before this one.
async fn kept_too_long(
    tx: &mut Tx<'_>,
    rotation: &Rotation,
    next: &RefreshToken,
) -> Result<Vec<Bson>, Failure> {
    let long_ago = time(rotation.at.minus(RefreshToken::LOST_ANSWER));
    let mut pipeline =
        vec![doc! { "$match": { "session_id": id(next.session), "nonce": { "$exists": true } } }];
    pipeline.extend(with_successor());
    pipeline.push(doc! { "$match": { "successor.rotated_at": { "$lte": long_ago } } });
    pipeline.push(doc! { "$project": { "_id": 1 } });
    let links = tx.aggregate(LINKS, pipeline).await?;
    Ok(links.into_iter().filter_map(|mut link| link.remove("_id")).collect())
}

/// Marks the link, wipes those nonces and adds the next link: one statement, as it is on the path of every client.
async fn rotate(
    tx: &mut Tx<'_>,
    shown: &TokenHash,
    rotation: &Rotation,
    next: &RefreshToken,
    kept: Vec<Bson>,
) -> Result<(), Failure> {
    let expected = kept.len() + 1;
    let mut row = row(next);
    let hash = row.remove("_id");
    // No link is without a number: one that is there is not found, so that only the first two count.
    let absent = doc! { "_id": hash, "number": { "$exists": false } };
    let updates = vec![
        doc! { "q": { "_id": bytes(shown.as_bytes()), "rotated_at": null }, "u": set(rotated(rotation)) },
        doc! { "q": { "_id": { "$in": kept } }, "u": { "$unset": { "nonce": "" } }, "multi": true },
        doc! { "q": absent, "u": { "$setOnInsert": row }, "upsert": true },
    ];
    let done = tx.updates(LINKS, updates).await?;
    if done.found < expected {
        Err(CommitError::Refused(ROTATE).into())
    } else if done.made == 1 {
        Ok(())
    } else {
        Err(CommitError::Stale.into())
    }
}
