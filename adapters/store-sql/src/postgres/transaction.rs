use std::time::Duration;

use saaskit_kernel::{CommitError, ErrorKind, Reach, Scope};
use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Row as _};
use tokio::time::{sleep, timeout};

use super::engine::{self, Config, Conn, Db, Pool, Pools, port_error, sql};
use crate::Failure;

/// Changes when the server starts, and when it recovers from a crash: its statistics begin anew then.
macro_rules! life {
    () => {
        "concat(pg_postmaster_start_time(), ' ', pg_stat_get_bgwriter_stat_reset_time())"
    };
}

/// A transaction with its tenant. If it is dropped before its end, its connection is closed, which ends it.
pub(crate) struct Tx {
    conn: PoolConnection<Db>,
    over: bool,
    name: Name,
}

/// Tells this transaction from every other: its id, and the life of the server it was given in, because a server
/// that crashed may give the id again.
#[derive(Default)]
struct Name {
    id: String,
    life: String,
}

impl Tx {
    /// Begins, with the tenant set, in one message.
    pub(crate) async fn begin(pools: &Pools, scope: Scope) -> Result<Self, sqlx::Error> {
        let pool = if scope == Scope::System { &pools.system } else { &pools.app };
        let mut tx = Self { conn: pool.acquire().await?, over: false, name: Name::default() };
        let begin = format!(
            "BEGIN; SELECT set_config('app.tenant', '{}', true), set_config('app.commit', 'on', true),
             pg_current_xact_id()::text AS id, {} AS life",
            tenant_of(scope),
            life!()
        );
        let row = sqlx::raw_sql(AssertSqlSafe(begin)).fetch_one(tx.conn()).await?;
        tx.name = Name { id: row.try_get("id")?, life: row.try_get("life")? };
        Ok(tx)
    }

    pub(crate) fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    pub(crate) async fn rollback(mut self) {
        match sqlx::raw_sql("ROLLBACK").execute(self.conn()).await {
            Ok(_) => self.over = true,
            Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "a rollback failed"),
        }
    }

    /// Commits. If the connection is lost meanwhile, the server is asked which way it went.
    pub(crate) async fn commit(
        mut self,
        pools: &Pools,
        limit: Duration,
        reach: &Reach,
    ) -> Result<(), Failure> {
        let sent = timeout(limit, sqlx::raw_sql("COMMIT").execute(self.conn()));
        match reach.end::<_, Failure>(sent).await? {
            Ok(Ok(_)) => {
                self.over = true;
                Ok(())
            }
            Ok(Err(sqlx::Error::Database(error))) if !engine::is_lost(error.as_ref()) => {
                self.over = true;
                Err(sqlx::Error::Database(error).into())
            }
            Ok(Err(_)) | Err(_) => {
                let asked = timeout(limit, fate(&pools.system, &self.name)).await;
                asked.unwrap_or(Err(CommitError::Unknown.into()))
            }
        }
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        if !self.over {
            self.conn.close_on_drop();
        }
    }
}

fn tenant_of(scope: Scope) -> String {
    match scope {
        Scope::Tenant(tenant) => tenant.uuid().to_string(),
        Scope::Global | Scope::System => String::new(),
    }
}

/// Which way a transaction went whose connection was lost at its `COMMIT`. Nothing is tried again.
async fn fate(pool: &Pool, name: &Name) -> Result<(), Failure> {
    const PATIENCE: u32 = 20;
    for _ in 0..PATIENCE {
        let answer = status(pool, name).await;
        match answer.as_ref().map(|(word, same_life)| (word.as_deref(), *same_life)) {
            Ok((Some("aborted"), _)) => {
                let lost = port_error(ErrorKind::Unavailable);
                return Err(lost.because("the connection was lost and the commit rolled back").into());
            }
            Ok((Some("committed"), true)) => return Ok(()),
            Ok((Some("in progress"), _)) => {}
            Ok(_) => break,
            Err(error) => {
                tracing::warn!(error = error as &dyn std::error::Error, "a commit's fate can't be asked");
            }
        }
        sleep(Duration::from_millis(100)).await;
    }
    Err(CommitError::Unknown.into())
}

async fn status(pool: &Pool, name: &Name) -> Result<(Option<String>, bool), sqlx::Error> {
    let question =
        concat!("SELECT pg_xact_status($1::text::xid8) AS status, ", life!(), " = $2 AS same_life");
    let row = sql(question).bind(name.id.as_str()).bind(name.life.as_str()).fetch_one(pool).await?;
    Ok((row.try_get("status")?, row.try_get("same_life")?))
}

/// What a store must restore after its own writes in somebody else's transaction.
pub(crate) struct Before(Settings);

struct Settings {
    role: String,
    search_path: String,
    tenant: String,
    commit: String,
}

impl Before {
    /// Takes on the store's role, schema and tenant for the rest of the transaction.
    pub(crate) async fn enter(conn: &mut Conn, scope: Scope, config: &Config) -> Result<Self, sqlx::Error> {
        let row =
            sql("SELECT current_setting('role') AS role, current_setting('search_path') AS search_path,
                       coalesce(current_setting('app.tenant', true), '') AS tenant,
                       coalesce(current_setting('app.commit', true), '') AS commit")
            .fetch_one(&mut *conn)
            .await?;
        let before = Settings {
            role: row.try_get("role")?,
            search_path: row.try_get("search_path")?,
            tenant: row.try_get("tenant")?,
            commit: row.try_get("commit")?,
        };
        let role = if scope == Scope::System { &config.system_role } else { &config.app_role };
        let ours = Settings {
            role: role.clone(),
            search_path: format!("{}, pg_temp", config.schema),
            tenant: tenant_of(scope),
            commit: "on".to_owned(),
        };
        ours.set(conn).await?;
        Ok(Self(before))
    }

    /// Puts back what was before.
    pub(crate) async fn leave(self, conn: &mut Conn) -> Result<(), sqlx::Error> {
        self.0.set(conn).await
    }
}

impl Settings {
    async fn set(&self, conn: &mut Conn) -> Result<(), sqlx::Error> {
        let query = sql("SELECT set_config('search_path', $1, true), set_config('app.tenant', $2, true),
                         set_config('app.commit', $3, true), set_config('role', $4, true)");
        let query = query.bind(self.search_path.as_str()).bind(self.tenant.as_str());
        query.bind(self.commit.as_str()).bind(self.role.as_str()).execute(conn).await?;
        Ok(())
    }
}

/// Hands the rest of a transaction to foreign handlers: under the login's own role and schemas.
pub(crate) async fn hand_over(conn: &mut Conn) -> Result<(), sqlx::Error> {
    sqlx::raw_sql("SET LOCAL ROLE NONE; SET LOCAL search_path TO DEFAULT").execute(conn).await?;
    Ok(())
}

/// Fails if a handler swallowed an error: `COMMIT` would then roll back and call it done.
pub(crate) async fn take_back(conn: &mut Conn) -> Result<(), sqlx::Error> {
    sqlx::raw_sql("SELECT 1").execute(conn).await?;
    Ok(())
}
