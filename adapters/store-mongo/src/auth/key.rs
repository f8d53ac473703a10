use async_trait::async_trait;
use bson::{Document, doc};
use saaskit_auth::port::Keys;
use saaskit_auth::write::{KeptSecret, KeyWrite, LAST_OPERATOR, OperatorWrite, SET_UP};
use saaskit_auth::{Algorithm, SigningKey};
use saaskit_kernel::{CommitError, PortError, Sealed, Timestamp};

use crate::row::{Row, bytes, id, json, time};
use crate::tx::Tx;
use crate::{Failure, MongoStore};

const KEYS: &str = "auth_signing_keys";
const INSTALLATION: &str = "auth_installation";
/// The id of the one installation.
const ONE: i64 = 1;
/// Far more keys than are ever believed at once.
const MOST_KEYS: u32 = 1000;

fn read(row: &Document) -> Result<SigningKey, PortError> {
    Ok(SigningKey {
        id: row.id("_id")?,
        number: row.number("number")?,
        algorithm: row.word("algorithm", Algorithm::parse)?,
        private: Sealed::from_bytes(row.blob("private")?),
        public: row.json("public")?,
        created_at: row.at("created_at")?,
        signs_from: row.at("signs_from")?,
    })
}

#[async_trait]
impl Keys for MongoStore {
    async fn signing_keys(&self) -> Result<Vec<SigningKey>, PortError> {
        let rows = self.all(KEYS, doc! {}, doc! { "number": 1 }, MOST_KEYS).await?;
        rows.iter().map(read).collect()
    }

    async fn installation(&self) -> Result<Option<Sealed>, PortError> {
        let row = self.one(INSTALLATION, doc! { "_id": ONE }).await?;
        row.map(|row| row.blob("secret").map(Sealed::from_bytes)).transpose()
    }
}

pub(super) async fn apply(tx: &mut Tx<'_>, write: &KeyWrite) -> Result<(), Failure> {
    match write {
        KeyWrite::Insert(key) => tx.insert(KEYS, row(key)).await,
        KeyWrite::RemoveBefore(number) => {
            let earlier = doc! { "number": { "$lt": i64::from(*number) } };
            tx.delete(KEYS, earlier).await.map(drop)
        }
        KeyWrite::Install(secret) => {
            let row = doc! { "_id": ONE, "secret": bytes(secret.as_bytes()), "operators": 0_i64 };
            tx.insert(INSTALLATION, row).await
        }
        KeyWrite::SetUp { at } => set_up(tx, *at).await,
        KeyWrite::Reseal { secret, from, to } => reseal(tx, *secret, from, to).await,
    }
}

async fn reseal(tx: &mut Tx<'_>, secret: KeptSecret, from: &Sealed, to: &Sealed) -> Result<(), Failure> {
    let (from, to) = (bytes(from.as_bytes()), bytes(to.as_bytes()));
    let (rows, opened, anew) = match secret {
        KeptSecret::Installation => {
            (INSTALLATION, doc! { "_id": ONE, "secret": from }, doc! { "secret": to })
        }
        KeptSecret::Key(number) => {
            (KEYS, doc! { "number": i64::from(number), "private": from }, doc! { "private": to })
        }
    };
    tx.update(rows, opened, doc! { "$set": anew }).await.map(drop)
}

fn row(key: &SigningKey) -> Document {
    doc! {
        "_id": id(key.id),
        "number": i64::from(key.number),
        "algorithm": key.algorithm.as_str(),
        "private": bytes(key.private.as_bytes()),
        "public": json(&key.public),
        "created_at": time(key.created_at),
        "signs_from": time(key.signs_from),
    }
}

async fn set_up(tx: &mut Tx<'_>, at: Timestamp) -> Result<(), Failure> {
    let fresh = doc! { "_id": ONE, "set_up_at": null };
    let marked = tx.update(INSTALLATION, fresh, doc! { "$set": { "set_up_at": time(at) } }).await?;
    if marked { Ok(()) } else { Err(CommitError::Refused(SET_UP).into()) }
}

/// At the document of the installation, which is `Stale` while it is not there.
pub(super) async fn count(tx: &mut Tx<'_>, write: OperatorWrite) -> Result<(), Failure> {
    let (enough, more) = match write {
        OperatorWrite::Gain => (doc! { "_id": ONE }, 1_i64),
        OperatorWrite::Lose => (doc! { "_id": ONE, "operators": { "$gt": 1 } }, -1),
    };
    if tx.update(INSTALLATION, enough, doc! { "$inc": { "operators": more } }).await? {
        return Ok(());
    }
    let installed = tx.one(INSTALLATION, doc! { "_id": ONE }).await?;
    Err(installed.map_or(CommitError::Stale, |_| CommitError::Refused(LAST_OPERATOR)).into())
}
