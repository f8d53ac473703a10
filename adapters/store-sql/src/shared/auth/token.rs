use async_trait::async_trait;
use saaskit_auth::port::Tokens;
use saaskit_auth::write::{REDEEM, TokenWrite};
use saaskit_auth::{OneTimeToken, PasswordHash, Purpose, User};
use saaskit_kernel::{CommitError, Email, PortError, Timestamp, TokenHash};

use super::super::engine::{At, Query, sql};
use super::super::error::unreadable;
use super::super::row::Columns;
use super::super::{Conn, Row, Store};
use super::user::{self, user_columns};
use crate::Failure;

/// A thousand at once, so that it stays short.
const FORGET: &str = concat!(
    "DELETE FROM auth_tokens WHERE hash ",
    any_of!("SELECT hash FROM auth_tokens WHERE expires_at < $1 LIMIT 1000", skip_locked!())
);

fn read(row: &Row) -> Result<(OneTimeToken, User), PortError> {
    let address: Option<String> = row.get("t_address")?;
    let token = OneTimeToken {
        hash: TokenHash::from_bytes(row.bytes("t_hash")?),
        purpose: row.word("t_purpose", Purpose::parse)?,
        user: row.id("u_id")?,
        epoch: row.number("t_epoch")?,
        created_at: row.at("t_created_at")?,
        expires_at: row.at("t_expires_at")?,
        redeemed_at: row.maybe_at("t_redeemed_at")?,
        address: address.map(|address| Email::parse(&address)).transpose().map_err(unreadable)?,
        password: row.get::<Option<String>>("t_password")?.map(PasswordHash::from_phc),
    };
    Ok((token, user::read(row)?))
}

#[async_trait]
impl Tokens for Store {
    async fn token(&self, hash: &TokenHash) -> Result<Option<(OneTimeToken, User)>, PortError> {
        let text = concat!(
            "SELECT t.hash AS t_hash, t.purpose AS t_purpose, t.epoch AS t_epoch, t.created_at AS t_created_at,
                    t.expires_at AS t_expires_at, t.redeemed_at AS t_redeemed_at,
                    t.address AS t_address, t.password AS t_password, ", user_columns!(),
            " FROM auth_tokens t JOIN auth_users u ON u.id = t.user_id WHERE t.hash = $1"
        );
        let row = self.one(self.0.pools.system(), || sql(text).bind(hash.as_bytes().as_slice())).await?;
        row.as_ref().map(read).transpose()
    }
}

pub(super) async fn apply(conn: &mut Conn, write: &TokenWrite) -> Result<(), Failure> {
    match write {
        TokenWrite::Mint(token) => mint(token).execute(conn).await.map(drop)?,
        TokenWrite::Redeem { token, at } => redeem(conn, token, *at).await?,
        TokenWrite::Void(user) => {
            let query = sql("DELETE FROM auth_tokens WHERE user_id = $1 AND NOT outlives");
            query.bind(user.uuid()).execute(conn).await.map(drop)?;
        }
        TokenWrite::VoidBackTo { user, at } => {
            let query =
                sql("DELETE FROM auth_tokens WHERE user_id = $1 AND (NOT outlives OR created_at >= $2)");
            query.bind(user.uuid()).bind(At(*at)).execute(conn).await.map(drop)?;
        }
        TokenWrite::Erase(user) => {
            let query = sql("DELETE FROM auth_tokens WHERE user_id = $1");
            query.bind(user.uuid()).execute(conn).await.map(drop)?;
        }
        TokenWrite::Forget { before } => sql(FORGET).bind(At(*before)).execute(conn).await.map(drop)?,
    }
    Ok(())
}

/// A new one takes the place of the user's earlier one, except beside those that outlive others.
fn mint(token: &OneTimeToken) -> Query {
    let query =
        sql("INSERT INTO auth_tokens (user_id, purpose, outlives, hash, epoch, created_at, expires_at,
           redeemed_at, address, password) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (user_id, purpose) WHERE NOT outlives DO UPDATE SET hash = excluded.hash,
           epoch = excluded.epoch, created_at = excluded.created_at, expires_at = excluded.expires_at,
           redeemed_at = excluded.redeemed_at, address = excluded.address, password = excluded.password");
    query
        .bind(token.user.uuid())
        .bind(token.purpose.as_str())
        .bind(token.purpose.outlives_others())
        .bind(token.hash.as_bytes().to_vec())
        .bind(i64::from(token.epoch))
        .bind(At(token.created_at))
        .bind(At(token.expires_at))
        .bind(token.redeemed_at.map(At))
        .bind(token.address.as_ref().map(|address| address.original().to_owned()))
        .bind(token.password.as_ref().map(|password| password.as_str().to_owned()))
}

async fn redeem(conn: &mut Conn, token: &TokenHash, at: Timestamp) -> Result<(), Failure> {
    let query = sql("UPDATE auth_tokens SET redeemed_at = $2
                     WHERE hash = $1 AND redeemed_at IS NULL AND expires_at > $2");
    let redeemed = query.bind(token.as_bytes().to_vec()).bind(At(at)).execute(conn).await?;
    if redeemed.rows_affected() == 1 { Ok(()) } else { Err(CommitError::Refused(REDEEM).into()) }
}
