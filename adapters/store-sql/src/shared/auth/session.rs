use async_trait::async_trait;
use saaskit_auth::port::Sessions;
use saaskit_auth::write::SessionWrite;
use saaskit_auth::{Method, Session, User};
use saaskit_kernel::{Agent, PortError, SessionId, Timestamp, TokenHash, UserId};

use super::super::commit::saved;
use super::super::engine::{At, Query, sql};
use super::super::error::unreadable;
use super::super::row::Columns;
use super::super::{Conn, Row, Store};
use super::user::{self, user_columns};
use crate::Failure;

/// The columns of `auth_sessions s` as [`read`] wants them.
macro_rules! session_columns {
    () => {
        concat!(
            "s.id AS s_id, s.user_id AS s_user_id, s.epoch AS s_epoch, s.method AS s_method,
             s.created_at AS s_created_at, s.authenticated_at AS s_authenticated_at, s.seen_at AS s_seen_at,
             s.expires_at AS s_expires_at, s.ended_at AS s_ended_at,
             s.warned_at AS s_warned_at, s.acts_in AS s_acts_in, s.cookie AS s_cookie, ",
            ip_out!("s.ip"),
            " AS s_ip, s.agent AS s_agent"
        )
    };
}
pub(super) use session_columns;

/// A session with its user.
macro_rules! session_where {
    ($condition:literal) => {
        concat!(
            "SELECT ",
            session_columns!(),
            ", ",
            user_columns!(),
            " FROM auth_sessions s JOIN auth_users u ON u.id = s.user_id WHERE ",
            $condition
        )
    };
}

/// The newest 100 that live, each with when the newest link of its chain was made.
const OF_USER: &str = concat!(
    "SELECT ",
    session_columns!(),
    ", (SELECT r.created_at FROM auth_refresh_tokens r WHERE r.session_id = s.id ORDER BY r.number DESC LIMIT 1)
       AS s_renewed_at
     FROM auth_sessions s JOIN auth_users u ON u.id = s.user_id
     WHERE s.user_id = $1 AND s.ended_at IS NULL AND s.expires_at > $2 AND s.epoch = u.epoch
     ORDER BY s.created_at DESC, s.id DESC LIMIT 100"
);

/// A thousand at once, so that it stays short.
const FORGET: &str = concat!(
    "DELETE FROM auth_sessions WHERE id ",
    any_of!("SELECT id FROM auth_sessions WHERE expires_at < $1 OR ended_at < $1 LIMIT 1000", skip_locked!())
);

pub(super) fn read(row: &Row) -> Result<Session, PortError> {
    let ip: Option<String> = row.get("s_ip")?;
    Ok(Session {
        id: row.id("s_id")?,
        user: row.id("s_user_id")?,
        epoch: row.number("s_epoch")?,
        method: row.word("s_method", Method::parse)?,
        created_at: row.at("s_created_at")?,
        authenticated_at: row.at("s_authenticated_at")?,
        seen_at: row.at("s_seen_at")?,
        expires_at: row.at("s_expires_at")?,
        ended_at: row.maybe_at("s_ended_at")?,
        warned_at: row.maybe_at("s_warned_at")?,
        tenant: row.maybe_id("s_acts_in")?,
        cookie: row.maybe_bytes("s_cookie")?.map(TokenHash::from_bytes),
        ip: ip.map(|ip| ip.parse()).transpose().map_err(unreadable)?,
        agent: row.get::<Option<String>>("s_agent")?.map(|agent| Agent::new(&agent)),
    })
}

fn read_with_user(row: &Row) -> Result<(Session, User), PortError> {
    Ok((read(row)?, user::read(row)?))
}

fn read_renewed(row: &Row) -> Result<Session, PortError> {
    let session = read(row)?;
    let renewed_at = row.maybe_at("s_renewed_at")?;
    Ok(Session { seen_at: renewed_at.map_or(session.seen_at, |at| at.max(session.seen_at)), ..session })
}

#[async_trait]
impl Sessions for Store {
    async fn session(&self, id: SessionId) -> Result<Option<(Session, User)>, PortError> {
        let query = || sql(session_where!("s.id = $1")).bind(id.uuid());
        self.one(self.0.pools.system(), query).await?.as_ref().map(read_with_user).transpose()
    }

    async fn session_by_cookie(&self, cookie: &TokenHash) -> Result<Option<(Session, User)>, PortError> {
        let query = || sql(session_where!("s.cookie = $1")).bind(cookie.as_bytes().to_vec());
        self.one(self.0.pools.system(), query).await?.as_ref().map(read_with_user).transpose()
    }

    async fn sessions_of(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>, PortError> {
        let query = || sql(OF_USER).bind(user.uuid()).bind(At(now));
        self.all(self.0.pools.system(), query).await?.iter().map(read_renewed).collect()
    }
}

pub(super) async fn apply(conn: &mut Conn, write: &SessionWrite) -> Result<(), Failure> {
    let query = match write {
        SessionWrite::Start(session) => start(session),
        SessionWrite::End { session, at } => {
            of(*session, "UPDATE auth_sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL")
                .bind(At(*at))
        }
        SessionWrite::Adopt { session, epoch } => {
            of(*session, "UPDATE auth_sessions SET epoch = $2 WHERE id = $1").bind(i64::from(*epoch))
        }
        SessionWrite::Prove { session, at } => {
            of(*session, "UPDATE auth_sessions SET authenticated_at = $2 WHERE id = $1").bind(At(*at))
        }
        SessionWrite::Act { session, tenant } => {
            let tenant = tenant.map(|tenant| tenant.uuid());
            of(*session, "UPDATE auth_sessions SET acts_in = $2 WHERE id = $1").bind(tenant)
        }
        SessionWrite::Carry { session, from, to } => {
            let text = "UPDATE auth_sessions SET cookie = $2 WHERE id = $1 AND cookie = $3";
            let query = of(*session, text).bind(to.as_bytes().to_vec()).bind(from.as_bytes().to_vec());
            return saved(query.execute(conn).await?.rows_affected());
        }
        SessionWrite::Warn { session, last, at } => {
            let text = "UPDATE auth_sessions SET warned_at = $2
                        WHERE id = $1 AND warned_at IS NOT DISTINCT FROM $3";
            let query = of(*session, text).bind(At(*at)).bind(last.map(At));
            return saved(query.execute(conn).await?.rows_affected());
        }
        SessionWrite::See { session, at } => {
            of(*session, "UPDATE auth_sessions SET seen_at = $2 WHERE id = $1 AND seen_at < $2").bind(At(*at))
        }
        SessionWrite::Erase(user) => sql("DELETE FROM auth_sessions WHERE user_id = $1").bind(user.uuid()),
        SessionWrite::Forget { before } => sql(FORGET).bind(At(*before)),
    };
    query.execute(conn).await?;
    Ok(())
}

fn of(session: SessionId, text: &'static str) -> Query {
    sql(text).bind(session.uuid())
}

fn start(session: &Session) -> Query {
    let query = sql(concat!(
        "INSERT INTO auth_sessions (id, user_id, epoch, method, created_at, authenticated_at, seen_at, expires_at,
           ended_at, warned_at, acts_in, cookie, ip, agent)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, ",
        ip_in!("$13"),
        ", $14)"
    ));
    query
        .bind(session.id.uuid())
        .bind(session.user.uuid())
        .bind(i64::from(session.epoch))
        .bind(session.method.as_str())
        .bind(At(session.created_at))
        .bind(At(session.authenticated_at))
        .bind(At(session.seen_at))
        .bind(At(session.expires_at))
        .bind(session.ended_at.map(At))
        .bind(session.warned_at.map(At))
        .bind(session.tenant.map(|tenant| tenant.uuid()))
        .bind(session.cookie.map(|cookie| cookie.as_bytes().to_vec()))
        .bind(session.ip.map(|ip| ip.to_string()))
        .bind(session.agent.as_ref().map(|agent| agent.as_str().to_owned()))
}
