use async_trait::async_trait;
use saaskit_auth::port::Keys;
use saaskit_auth::write::{KeptSecret, KeyWrite, LAST_OPERATOR, OperatorWrite, SET_UP};
use saaskit_auth::{Algorithm, SigningKey};
use saaskit_kernel::{CommitError, PortError, Sealed, Timestamp};
use serde_json::Value;
use sqlx::types::Json;

use super::super::engine::{At, Query, sql};
use super::super::row::Columns;
use super::super::{Conn, Row, Store};
use crate::Failure;

fn read(row: &Row) -> Result<SigningKey, PortError> {
    Ok(SigningKey {
        id: row.id("id")?,
        number: row.number("number")?,
        algorithm: row.word("algorithm", Algorithm::parse)?,
        private: Sealed::from_bytes(row.get("private")?),
        public: row.get::<Json<Value>>("public")?.0,
        created_at: row.at("created_at")?,
        signs_from: row.at("signs_from")?,
    })
}

#[async_trait]
impl Keys for Store {
    async fn signing_keys(&self) -> Result<Vec<SigningKey>, PortError> {
        let query = || {
            sql("SELECT id, number, algorithm, private, public, created_at, signs_from
                         FROM auth_signing_keys ORDER BY number")
        };
        self.all(self.0.pools.system(), query).await?.iter().map(read).collect()
    }

    async fn installation(&self) -> Result<Option<Sealed>, PortError> {
        let row = self.one(self.0.pools.system(), || sql("SELECT secret FROM auth_installation")).await?;
        row.map(|row| row.get("secret").map(Sealed::from_bytes)).transpose()
    }
}

pub(super) async fn apply(conn: &mut Conn, write: &KeyWrite) -> Result<(), Failure> {
    match write {
        KeyWrite::Insert(key) => {
            insert(key).execute(conn).await?;
        }
        KeyWrite::RemoveBefore(number) => {
            let query = sql("DELETE FROM auth_signing_keys WHERE number < $1");
            query.bind(i64::from(*number)).execute(conn).await?;
        }
        KeyWrite::Install(secret) => {
            let query = sql("INSERT INTO auth_installation (secret) VALUES ($1)");
            query.bind(secret.as_bytes()).execute(conn).await?;
        }
        KeyWrite::SetUp { at } => set_up(conn, *at).await?,
        KeyWrite::Reseal { secret, from, to } => {
            reseal(*secret, from, to).execute(conn).await?;
        }
    }
    Ok(())
}

fn reseal(secret: KeptSecret, from: &Sealed, to: &Sealed) -> Query {
    let (from, to) = (from.as_bytes(), to.as_bytes());
    match secret {
        KeptSecret::Installation => {
            sql("UPDATE auth_installation SET secret = $2 WHERE secret = $1").bind(from).bind(to)
        }
        KeptSecret::Key(number) => {
            let query = sql("UPDATE auth_signing_keys SET private = $2 WHERE private = $1 AND number = $3");
            query.bind(from).bind(to).bind(i64::from(number))
        }
    }
}

fn insert(key: &SigningKey) -> Query {
    let query =
        sql("INSERT INTO auth_signing_keys (id, number, algorithm, private, public, created_at, signs_from)
                     VALUES ($1, $2, $3, $4, $5, $6, $7)");
    query
        .bind(key.id.uuid())
        .bind(i64::from(key.number))
        .bind(key.algorithm.as_str())
        .bind(key.private.as_bytes())
        .bind(Json(&key.public))
        .bind(At(key.created_at))
        .bind(At(key.signs_from))
}

async fn set_up(conn: &mut Conn, at: Timestamp) -> Result<(), Failure> {
    let query = sql("UPDATE auth_installation SET set_up_at = $1 WHERE set_up_at IS NULL");
    let marked = query.bind(At(at)).execute(conn).await?;
    if marked.rows_affected() == 1 { Ok(()) } else { Err(CommitError::Refused(SET_UP).into()) }
}

/// At the row of the installation, which is `Stale` while it is not there.
pub(super) async fn count(conn: &mut Conn, write: OperatorWrite) -> Result<(), Failure> {
    let text = match write {
        OperatorWrite::Gain => "UPDATE auth_installation SET operators = operators + 1",
        OperatorWrite::Lose => "UPDATE auth_installation SET operators = operators - 1 WHERE operators > 1",
    };
    if sql(text).execute(&mut *conn).await?.rows_affected() == 1 {
        return Ok(());
    }
    let installed = sql("SELECT 1 FROM auth_installation").fetch_optional(conn).await?;
    Err(installed.map_or(CommitError::Stale, |_| CommitError::Refused(LAST_OPERATOR)).into())
}
