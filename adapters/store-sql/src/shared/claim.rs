//! Requests that have one effect, and the answers they are given again.

use async_trait::async_trait;
use saaskit_kernel::{
    Claim, ClaimKey, ClaimState, ClaimWrite, Claims, CommitError, Guard, KeptAnswer, PortError, Timestamp,
};
use sqlx::types::Json;

use super::domain::Apply;
use super::engine::{At, sql};
use super::row::Columns;
use super::{Conn, Row, Store};
use crate::Failure;

/// Ten thousand at once, so that it stays short.
const FORGET: &str = concat!(
    "DELETE FROM kernel_claims WHERE key ",
    any_of!("SELECT key FROM kernel_claims WHERE until <= $1 ORDER BY until LIMIT 10000", skip_locked!())
);

fn read(row: &Row) -> Result<ClaimState, PortError> {
    let claim = Claim {
        key: ClaimKey(row.bytes("key")?),
        fingerprint: row.bytes("fingerprint")?,
        maker: row.bytes("maker")?,
        at: row.at("at")?,
        until: row.at("until")?,
    };
    Ok(ClaimState { claim, answer: read_answer(row)? })
}

fn read_answer(row: &Row) -> Result<Option<KeptAnswer>, PortError> {
    let Some(headers) = row.get::<Option<Json<Vec<(String, String)>>>>("headers")? else { return Ok(None) };
    Ok(Some(KeptAnswer { status: row.number("status")?, headers: headers.0, body: row.get("body")? }))
}

#[async_trait]
impl Claims for Store {
    async fn claim(&self, key: &ClaimKey, now: Timestamp) -> Result<Option<ClaimState>, PortError> {
        let text = "SELECT key, fingerprint, maker, at, until, status, headers, body FROM kernel_claims
                    WHERE key = $1 AND until > $2";
        let query = || sql(text).bind(key.0.to_vec()).bind(At(now));
        self.one(self.0.pools.system(), query).await?.as_ref().map(read).transpose()
    }
}

#[async_trait]
impl Apply for ClaimWrite {
    async fn apply(&self, conn: &mut Conn) -> Result<(), Failure> {
        match self {
            Self::Make(claim) => make(conn, claim).await,
            Self::Keep { claim, answer } => keep(conn, claim, answer).await,
            Self::Forget { at } => {
                sql(FORGET).bind(At(*at)).execute(conn).await?;
                Ok(())
            }
        }
    }
}

/// A claim that is over makes room for the next of its key.
async fn make(conn: &mut Conn, claim: &Claim) -> Result<(), Failure> {
    let query =
        sql("INSERT INTO kernel_claims (key, fingerprint, at, until, maker) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint, at = excluded.at,
           until = excluded.until, maker = excluded.maker, status = NULL, headers = NULL, body = NULL
         WHERE kernel_claims.until <= excluded.at");
    let query = query.bind(claim.key.0.to_vec()).bind(claim.fingerprint.to_vec());
    let query = query.bind(At(claim.at)).bind(At(claim.until)).bind(claim.maker.to_vec());
    let made = query.execute(conn).await?;
    if made.rows_affected() == 1 { Ok(()) } else { Err(CommitError::Refused(Guard::CLAIM).into()) }
}

async fn keep(conn: &mut Conn, claim: &Claim, answer: &KeptAnswer) -> Result<(), Failure> {
    let query =
        sql("UPDATE kernel_claims SET status = $2, headers = $3, body = $4 WHERE key = $1 AND maker = $5");
    let query = query.bind(claim.key.0.to_vec()).bind(i64::from(answer.status)).bind(Json(&answer.headers));
    query.bind(answer.body.clone()).bind(claim.maker.to_vec()).execute(conn).await?;
    Ok(())
}
