use async_trait::async_trait;
use saaskit_auth::port::RefreshTokens;
use saaskit_auth::write::{ROTATE, RefreshWrite};
use saaskit_auth::{ClientMark, Presented, RefreshToken, Rotation};
use saaskit_kernel::{CommitError, PortError, TokenHash};
use sqlx::Row as _;

use super::super::engine::{At, Query, sql};
use super::super::row::Columns;
use super::super::{Conn, Row, Store};
use super::session::{self, session_columns};
use super::user::{self, user_columns};
use crate::Failure;

fn read(row: &Row) -> Result<Presented, PortError> {
    let token = RefreshToken {
        hash: TokenHash::from_bytes(row.bytes("r_hash")?),
        session: row.id("s_id")?,
        number: row.number("r_number")?,
        created_at: row.at("r_created_at")?,
        expires_at: row.at("r_expires_at")?,
        rotation: read_rotation(row)?,
    };
    let successor_shown_at = row.maybe_at("r_successor_shown_at")?;
    Ok(Presented { token, successor_shown_at, session: session::read(row)?, user: user::read(row)? })
}

fn read_rotation(row: &Row) -> Result<Option<Rotation>, PortError> {
    let Some(at) = row.maybe_at("r_rotated_at")? else { return Ok(None) };
    let client = ClientMark(row.bytes("r_client")?);
    Ok(Some(Rotation { at, client, nonce: row.maybe_bytes("r_nonce")? }))
}

#[async_trait]
impl RefreshTokens for Store {
    async fn presented(&self, hash: &TokenHash) -> Result<Option<Presented>, PortError> {
        let text = concat!(
            "SELECT r.hash AS r_hash, r.number AS r_number, r.created_at AS r_created_at,
                    r.expires_at AS r_expires_at, r.rotated_at AS r_rotated_at, r.client AS r_client,
                    r.nonce AS r_nonce,
                    (SELECT n.rotated_at FROM auth_refresh_tokens n WHERE n.session_id = r.session_id
                     AND n.number = r.number + 1) AS r_successor_shown_at, ",
            session_columns!(),
            ", ",
            user_columns!(),
            " FROM auth_refresh_tokens r JOIN auth_sessions s ON s.id = r.session_id
              JOIN auth_users u ON u.id = s.user_id WHERE r.hash = $1"
        );
        let query = || sql(text).bind(hash.as_bytes().to_vec());
        self.one(self.0.pools.system(), query).await?.as_ref().map(read).transpose()
    }
}

/// A token put where nobody has one of its number yet.
macro_rules! insert {
    ($values:literal) => {
        concat!(
            "INSERT INTO auth_refresh_tokens (hash, session_id, number, created_at, expires_at, rotated_at,
               client, nonce) VALUES (",
            $values,
            ")"
        )
    };
}

pub(super) async fn apply(conn: &mut Conn, write: &RefreshWrite) -> Result<(), Failure> {
    match write {
        RefreshWrite::Begin(first) => {
            let query = sql(insert!("$1, $2, $3, $4, $5, $6, $7, $8"));
            bind(query, first).execute(conn).await?;
            Ok(())
        }
        RefreshWrite::Rotate { shown, rotation, next } => rotate(conn, shown, rotation, next).await,
    }
}

fn bind(query: Query, token: &RefreshToken) -> Query {
    let rotation = token.rotation.as_ref();
    query
        .bind(token.hash.as_bytes().to_vec())
        .bind(token.session.uuid())
        .bind(i64::from(token.number))
        .bind(At(token.created_at))
        .bind(At(token.expires_at))
        .bind(rotation.map(|rotation| At(rotation.at)))
        .bind(rotation.map(|rotation| rotation.client.0.to_vec()))
        .bind(rotation.and_then(|rotation| rotation.nonce).map(|nonce| nonce.to_vec()))
}

/// Marks the link and wipes what earlier ones kept, as one statement: only the link itself can be unmarked yet. The
/// next link goes along, so that all costs one trip; where the link was marked by somebody else, theirs is there.
async fn rotate(
    conn: &mut Conn,
    shown: &TokenHash,
    rotation: &Rotation,
    next: &RefreshToken,
) -> Result<(), Failure> {
    let query = sql(rows_of_first!(
        "UPDATE auth_refresh_tokens SET
           nonce = CASE WHEN rotated_at IS NULL THEN $4 END,
           client = coalesce(client, $3),
           rotated_at = coalesce(rotated_at, $2)
         WHERE hash = $1 AND rotated_at IS NULL
            OR session_id = $5 AND nonce IS NOT NULL
               AND (SELECT n.rotated_at FROM auth_refresh_tokens n WHERE n.session_id = $5
                    AND n.number = auth_refresh_tokens.number + 1) <= $6
         RETURNING hash",
        insert!("$7, $8, $9, $10, $11, $12, $13, $14"),
        " ON CONFLICT (session_id, number) DO NOTHING"
    ));
    let query = query
        .bind(shown.as_bytes().to_vec())
        .bind(At(rotation.at))
        .bind(rotation.client.0.to_vec())
        .bind(rotation.nonce.map(|nonce| nonce.to_vec()))
        .bind(next.session.uuid())
        .bind(At(rotation.at.minus(RefreshToken::LOST_ANSWER)));
    let touched = bind(query, next).fetch_all(conn).await?;
    let hashes = touched.iter().map(|row| row.try_get("hash")).collect::<Result<Vec<Vec<u8>>, _>>()?;
    let rotated = hashes.iter().any(|hash| hash == shown.as_bytes());
    if rotated { Ok(()) } else { Err(CommitError::Refused(ROTATE).into()) }
}
