use async_trait::async_trait;
use saaskit_auth::port::Sessions;
use saaskit_auth::write::SessionWrite;
use saaskit_auth::{Method, Revocation, Session, User};
use saaskit_kernel::{Agent, PortError, SessionId, Timestamp};

use super::super::engine::{At, sql};
use super::super::error::unreadable;
use super::super::row::Columns;
use super::super::{Conn, Row, Store};
use super::user::{self, user_columns};
use crate::Failure;

fn read(row: &Row) -> Result<(Session, User), PortError> {
    let ip: Option<String> = row.get("s_ip")?;
    let session = Session {
        id: row.id("s_id")?,
        user: row.id("u_id")?,
        epoch: row.number("s_epoch")?,
        method: row.word("s_method", Method::parse)?,
        created_at: row.at("s_created_at")?,
        expires_at: row.at("s_expires_at")?,
        ended_at: row.maybe_at("s_ended_at")?,
        ip: ip.map(|ip| ip.parse()).transpose().map_err(unreadable)?,
        agent: row.get::<Option<String>>("s_agent")?.map(|agent| Agent::new(&agent)),
    };
    Ok((session, user::read(row)?))
}

#[async_trait]
impl Sessions for Store {
    async fn session(&self, id: SessionId) -> Result<Option<(Session, User)>, PortError> {
        let text = concat!(
            "SELECT s.id AS s_id, s.epoch AS s_epoch, s.method AS s_method, s.created_at AS s_created_at,
                    s.expires_at AS s_expires_at, s.ended_at AS s_ended_at, ",
            ip_out!("s.ip"),
            " AS s_ip,
                    s.agent AS s_agent, ",
            user_columns!(),
            " FROM auth_sessions s JOIN auth_users u ON u.id = s.user_id WHERE s.id = $1"
        );
        let row = self.one(self.0.pools.system(), || sql(text).bind(id.uuid())).await?;
        row.as_ref().map(read).transpose()
    }

    async fn revocations(&self, now: Timestamp) -> Result<Vec<Revocation>, PortError> {
        let text = "SELECT session_id, until FROM auth_revocations WHERE until >= $1";
        let rows = self.all(self.0.pools.system(), || sql(text).bind(At(now))).await?;
        let revocation =
            |row: &Row| Ok(Revocation { session: row.id("session_id")?, until: row.at("until")? });
        rows.iter().map(revocation).collect()
    }
}

pub(super) async fn apply(conn: &mut Conn, write: &SessionWrite) -> Result<(), Failure> {
    match write {
        SessionWrite::Start(session) => start(conn, session).await,
        SessionWrite::End { session, at, until } => end(conn, *session, *at, *until).await,
    }
}

async fn start(conn: &mut Conn, session: &Session) -> Result<(), Failure> {
    let query =
        sql(concat!(
        "INSERT INTO auth_sessions (id, user_id, epoch, method, created_at, expires_at, ended_at, ip, agent)
         VALUES ($1, $2, $3, $4, $5, $6, $7, ", ip_in!("$8"), ", $9)"
    ));
    query
        .bind(session.id.uuid())
        .bind(session.user.uuid())
        .bind(i64::from(session.epoch))
        .bind(session.method.as_str())
        .bind(At(session.created_at))
        .bind(At(session.expires_at))
        .bind(session.ended_at.map(At))
        .bind(session.ip.map(|ip| ip.to_string()))
        .bind(session.agent.as_ref().map(Agent::as_str))
        .execute(conn)
        .await?;
    Ok(())
}

async fn end(conn: &mut Conn, id: SessionId, at: Timestamp, until: Timestamp) -> Result<(), Failure> {
    let end = sql("UPDATE auth_sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL");
    let ended = end.bind(id.uuid()).bind(At(at)).execute(&mut *conn).await?;
    if ended.rows_affected() > 0 {
        let tell = sql("INSERT INTO auth_revocations (session_id, until) VALUES ($1, $2)");
        tell.bind(id.uuid()).bind(At(until)).execute(conn).await?;
    }
    Ok(())
}
