use async_trait::async_trait;
use bson::{Document, doc};
use saaskit_auth::port::Tokens;
use saaskit_auth::write::{REDEEM, TokenWrite};
use saaskit_auth::{OneTimeToken, PasswordHash, Purpose, User};
use saaskit_kernel::{CommitError, Email, PortError, Timestamp, TokenHash, UserId};

use super::{MOST_FORGOTTEN, by_id, user};
use crate::failure::unreadable;
use crate::row::{Row, bytes, id, maybe_text, maybe_time, time};
use crate::tx::Tx;
use crate::{Failure, MongoStore};

const TOKENS: &str = "auth_tokens";

fn read(row: &Document) -> Result<(OneTimeToken, User), PortError> {
    let token = OneTimeToken {
        hash: TokenHash::from_bytes(row.bytes("_id")?),
        purpose: row.word("purpose", Purpose::parse)?,
        user: row.id("user_id")?,
        epoch: row.number("epoch")?,
        created_at: row.at("created_at")?,
        expires_at: row.at("expires_at")?,
        redeemed_at: row.maybe_at("redeemed_at")?,
        address: row.maybe_text("address")?.map(Email::parse).transpose().map_err(unreadable)?,
        password: row.maybe_text("password")?.map(|phc| PasswordHash::from_phc(phc.to_owned())),
    };
    Ok((token, user::read(row.part("user")?)?))
}

#[async_trait]
impl Tokens for MongoStore {
    async fn token(&self, hash: &TokenHash) -> Result<Option<(OneTimeToken, User)>, PortError> {
        let mut pipeline = vec![doc! { "$match": { "_id": bytes(hash.as_bytes()) } }];
        pipeline.extend(by_id(user::USERS, "user_id", "user"));
        self.snapshot(TOKENS, pipeline).await?.first().map(read).transpose()
    }
}

pub(super) async fn apply(tx: &mut Tx<'_>, write: &TokenWrite) -> Result<(), Failure> {
    match write {
        TokenWrite::Mint(token) => mint(tx, token).await,
        TokenWrite::Redeem { token, at } => redeem(tx, token, *at).await,
        TokenWrite::Void(user) => void(tx, *user, doc! { "outlives": false }).await,
        TokenWrite::VoidBackTo { user, at } => {
            let since = doc! { "$or": [{ "outlives": false }, { "created_at": { "$gte": time(*at) } }] };
            void(tx, *user, since).await
        }
        TokenWrite::Erase(user) => void(tx, *user, Document::new()).await,
        TokenWrite::Forget { before } => {
            let over = doc! { "expires_at": { "$lt": time(*before) } };
            tx.delete_some(TOKENS, over, MOST_FORGOTTEN).await
        }
    }
}

async fn void(tx: &mut Tx<'_>, user: UserId, mut which: Document) -> Result<(), Failure> {
    which.insert("user_id", id(user));
    tx.delete(TOKENS, which).await.map(drop)
}

/// A new one takes the place of the user's earlier one, except beside those that outlive others.
async fn mint(tx: &mut Tx<'_>, token: &OneTimeToken) -> Result<(), Failure> {
    if !token.purpose.outlives_others() {
        void(tx, token.user, doc! { "purpose": token.purpose.as_str(), "outlives": false }).await?;
    }
    tx.insert(TOKENS, row(token)).await
}

fn row(token: &OneTimeToken) -> Document {
    doc! {
        "_id": bytes(token.hash.as_bytes()),
        "user_id": id(token.user),
        "purpose": token.purpose.as_str(),
        "outlives": token.purpose.outlives_others(),
        "epoch": i64::from(token.epoch),
        "created_at": time(token.created_at),
        "expires_at": time(token.expires_at),
        "redeemed_at": maybe_time(token.redeemed_at),
        "address": maybe_text(token.address.as_ref().map(Email::original)),
        "password": maybe_text(token.password.as_ref().map(PasswordHash::as_str)),
    }
}

async fn redeem(tx: &mut Tx<'_>, token: &TokenHash, at: Timestamp) -> Result<(), Failure> {
    let good =
        doc! { "_id": bytes(token.as_bytes()), "redeemed_at": null, "expires_at": { "$gt": time(at) } };
    let redeemed = tx.update(TOKENS, good, doc! { "$set": { "redeemed_at": time(at) } }).await?;
    if redeemed { Ok(()) } else { Err(CommitError::Refused(REDEEM).into()) }
}
