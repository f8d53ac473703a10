use async_trait::async_trait;
use saaskit_auth::port::Tokens;
use saaskit_auth::write::{REDEEM, TokenWrite};
use saaskit_auth::{OneTimeToken, Purpose, User};
use saaskit_kernel::{CommitError, PortError, Timestamp, TokenHash};

use super::super::engine::{At, sql};
use super::super::error::unreadable;
use super::super::row::Columns;
use super::super::{Conn, Row, Store};
use super::user::{self, user_columns};
use crate::Failure;

fn read(row: &Row) -> Result<(OneTimeToken, User), PortError> {
    let hash: Vec<u8> = row.get("t_hash")?;
    let hash = <[u8; 32]>::try_from(hash).map_err(|_| unreadable("a token's hash has 32 bytes"))?;
    let token = OneTimeToken {
        hash: TokenHash::from_bytes(hash),
        purpose: row.word("t_purpose", Purpose::parse)?,
        user: row.id("u_id")?,
        epoch: row.number("t_epoch")?,
        created_at: row.at("t_created_at")?,
        expires_at: row.at("t_expires_at")?,
        redeemed_at: row.maybe_at("t_redeemed_at")?,
    };
    Ok((token, user::read(row)?))
}

#[async_trait]
impl Tokens for Store {
    async fn token(&self, hash: &TokenHash) -> Result<Option<(OneTimeToken, User)>, PortError> {
        let text = concat!(
            "SELECT t.hash AS t_hash, t.purpose AS t_purpose, t.epoch AS t_epoch, t.created_at AS t_created_at,
                    t.expires_at AS t_expires_at, t.redeemed_at AS t_redeemed_at, ", user_columns!(),
            " FROM auth_tokens t JOIN auth_users u ON u.id = t.user_id WHERE t.hash = $1"
        );
        let row = self.one(self.0.pools.system(), || sql(text).bind(hash.as_bytes().as_slice())).await?;
        row.as_ref().map(read).transpose()
    }
}

pub(super) async fn apply(conn: &mut Conn, write: &TokenWrite) -> Result<(), Failure> {
    match write {
        TokenWrite::Mint(token) => mint(conn, token).await,
        TokenWrite::Redeem { token, at } => redeem(conn, token, *at).await,
    }
}

/// There is one token a user and purpose: a new one takes the place of the earlier.
async fn mint(conn: &mut Conn, token: &OneTimeToken) -> Result<(), Failure> {
    let query = sql("INSERT INTO auth_tokens (user_id, purpose, hash, epoch, created_at, expires_at, redeemed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (user_id, purpose) DO UPDATE SET hash = excluded.hash, epoch = excluded.epoch,
           created_at = excluded.created_at, expires_at = excluded.expires_at, redeemed_at = excluded.redeemed_at");
    query
        .bind(token.user.uuid())
        .bind(token.purpose.as_str())
        .bind(token.hash.as_bytes().as_slice())
        .bind(i64::from(token.epoch))
        .bind(At(token.created_at))
        .bind(At(token.expires_at))
        .bind(token.redeemed_at.map(At))
        .execute(conn)
        .await?;
    Ok(())
}

async fn redeem(conn: &mut Conn, token: &TokenHash, at: Timestamp) -> Result<(), Failure> {
    let query = sql("UPDATE auth_tokens SET redeemed_at = $2
                     WHERE hash = $1 AND redeemed_at IS NULL AND expires_at > $2");
    let redeemed = query.bind(token.as_bytes().as_slice()).bind(At(at)).execute(conn).await?;
    if redeemed.rows_affected() == 1 { Ok(()) } else { Err(CommitError::Refused(REDEEM).into()) }
}
