//! Requests that have one effect, and the answers they are given again.

use async_trait::async_trait;
use bson::{Document, doc};
use saaskit_kernel::{
    Claim, ClaimKey, ClaimState, ClaimWrite, Claims, CommitError, Guard, KeptAnswer, PortError, Timestamp,
};

use crate::domain::Apply;
use crate::failure::unreadable;
use crate::row::{self, Row};
use crate::tx::{self, Tx};
use crate::{Failure, MongoStore};

const CLAIMS: &str = "kernel_claims";

fn read(row: &Document) -> Result<ClaimState, PortError> {
    let claim = Claim {
        key: ClaimKey(row.bytes("_id")?),
        fingerprint: row.bytes("fingerprint")?,
        maker: row.bytes("maker")?,
        at: row.at("at")?,
        until: row.at("until")?,
    };
    Ok(ClaimState { claim, answer: read_answer(row)? })
}

fn read_answer(row: &Document) -> Result<Option<KeptAnswer>, PortError> {
    let headers = row.json("headers")?;
    if headers.is_null() {
        return Ok(None);
    }
    let headers = serde_json::from_value(headers).map_err(unreadable)?;
    Ok(Some(KeptAnswer { status: row.number("status")?, headers, body: row.blob("body")? }))
}

#[async_trait]
impl Claims for MongoStore {
    async fn claim(&self, key: &ClaimKey, now: Timestamp) -> Result<Option<ClaimState>, PortError> {
        let filter = doc! { "_id": row::bytes(key.0), "until": { "$gt": row::time(now) } };
        self.one(CLAIMS, filter).await?.as_ref().map(read).transpose()
    }
}

#[async_trait]
impl Apply for ClaimWrite {
    async fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Failure> {
        match self {
            Self::Make(claim) => make(tx, claim).await,
            Self::Keep { claim, answer } => keep(tx, claim, answer).await,
            Self::Forget { at } => {
                tx.delete_some(CLAIMS, doc! { "until": { "$lte": row::time(*at) } }, 10_000).await
            }
        }
    }
}

/// A claim that is over makes room for the next of its key. It is looked for first: a duplicate would end the
/// transaction.
async fn make(tx: &mut Tx<'_>, claim: &Claim) -> Result<(), Failure> {
    let key = doc! { "_id": row::bytes(claim.key.0) };
    if let Some(earlier) = tx.one(CLAIMS, key.clone()).await?
        && earlier.at("until")? > claim.at
    {
        return Err(CommitError::Refused(Guard::CLAIM).into());
    }
    let fields = doc! {
        "fingerprint": row::bytes(claim.fingerprint),
        "maker": row::bytes(claim.maker),
        "at": row::time(claim.at),
        "until": row::time(claim.until),
        "status": null,
        "headers": null,
        "body": null,
    };
    tx.upsert(CLAIMS, key, tx::set(fields)).await.map(drop)
}

async fn keep(tx: &mut Tx<'_>, claim: &Claim, answer: &KeptAnswer) -> Result<(), Failure> {
    let headers: Vec<_> =
        answer.headers.iter().map(|(name, value)| [name, value].map(String::as_str)).collect();
    let fields = doc! {
        "status": i64::from(answer.status),
        "headers": row::json(&headers.into()),
        "body": row::bytes(&answer.body),
    };
    let mine = doc! { "_id": row::bytes(claim.key.0), "maker": row::bytes(claim.maker) };
    tx.update(CLAIMS, mine, tx::set(fields)).await.map(drop)
}
