//! The two roles the store acts in, and the schema it acts on.

use saaskit_kernel::{ErrorKind, PortError};
use sqlx::{AssertSqlSafe, Connection, Row as _};

use super::engine::{self, Config, Conn, port_error, sql};
use super::store::port;

/// Runs statements without parameters, made of validated names only.
pub(crate) async fn run(conn: &mut Conn, text: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(text)).execute(conn).await?;
    Ok(())
}

/// Refuses a login that can't act in both roles, and roles that row-level security does not bind.
pub(crate) async fn check(config: &Config) -> Result<(), PortError> {
    let mut conn = engine::connect(config).await?;
    for role in [&config.app_role, &config.system_role] {
        check_role(&mut conn, config, role).await?;
    }
    conn.close().await.map_err(port)
}

async fn check_role(conn: &mut Conn, config: &Config, role: &str) -> Result<(), PortError> {
    let login = login(conn).await.map_err(port)?;
    if let Err(error) = run(conn, &config.set_up(role)).await {
        let kind = if is_refusal(&error) { ErrorKind::Rejected } else { port(error).kind() };
        return Err(port_error(kind).because(for_the_dba(config, &login)));
    }
    let acting = sql("SELECT current_user::text AS role, rolsuper OR rolbypassrls AS unbound FROM pg_roles
                      WHERE rolname = current_user");
    let row = acting.fetch_one(&mut *conn).await.map_err(port)?;
    let (acting, unbound): (String, bool) =
        row.try_get("role").and_then(|acting| Ok((acting, row.try_get("unbound")?))).map_err(port)?;
    if acting != role || unbound {
        let sentence = format!("row-level security does not bind the role {acting}: take a plain one");
        return Err(port_error(ErrorKind::Rejected).because(sentence));
    }
    run(conn, "RESET ROLE").await.map_err(port)
}

/// Makes the roles and the schema where they are missing, if the login may; else says what a DBA has to run.
pub(crate) async fn prepare(conn: &mut Conn, config: &Config) -> Result<(), PortError> {
    let login = login(conn).await.map_err(port)?;
    for role in [&config.app_role, &config.system_role] {
        let made = make_role(conn, role, &login).await;
        made.map_err(|error| refused(error, for_the_dba(config, &login)))?;
    }
    let schema = &config.schema;
    let question = "SELECT to_regnamespace($1) IS NOT NULL AS holds";
    if !holds(conn, question, schema).await.map_err(port)? {
        let made = run(conn, &format!("CREATE SCHEMA {schema}")).await;
        made.map_err(|error| {
            refused(error, format!("a DBA has to run: CREATE SCHEMA {schema} AUTHORIZATION \"{login}\";"))
        })?;
    }
    let Config { app_role, system_role, .. } = config;
    let open = format!(
        "GRANT USAGE ON SCHEMA {schema} TO {app_role}, {system_role}; SET search_path TO {schema}, pg_temp"
    );
    run(conn, &open).await.map_err(port)
}

/// Roles belong to the whole server: another database's migration may make them at the same time.
async fn make_role(conn: &mut Conn, role: &str, login: &str) -> Result<(), sqlx::Error> {
    if !holds(conn, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS holds", role).await? {
        tolerate(run(conn, &format!("CREATE ROLE {role} NOLOGIN")).await)?;
    }
    if !holds(conn, "SELECT pg_has_role($1::name, 'MEMBER') AS holds", role).await? {
        tolerate(run(conn, &format!("GRANT {role} TO \"{}\"", login.replace('"', "\"\""))).await)?;
    }
    Ok(())
}

async fn holds(conn: &mut Conn, question: &'static str, role: &str) -> Result<bool, sqlx::Error> {
    sql(question).bind(role).fetch_one(conn).await?.try_get("holds")
}

/// A duplicate object, a unique violation or a concurrently updated tuple: somebody else did it just now.
fn tolerate(made: Result<(), sqlx::Error>) -> Result<(), sqlx::Error> {
    let done = |code: &str| matches!(code, "42710" | "23505" | "XX000");
    match made {
        Err(sqlx::Error::Database(error)) if error.code().as_deref().is_some_and(done) => Ok(()),
        other => other,
    }
}

async fn login(conn: &mut Conn) -> Result<String, sqlx::Error> {
    sql("SELECT session_user::text AS login").fetch_one(conn).await?.try_get("login")
}

/// No such role or schema, or not allowed to use it.
fn is_refusal(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    matches!(code.as_deref(), Some("42501" | "42704" | "22023"))
}

fn refused(error: sqlx::Error, advice: String) -> PortError {
    if is_refusal(&error) { port_error(ErrorKind::Rejected).because(advice) } else { port(error) }
}

fn for_the_dba(config: &Config, login: &str) -> String {
    let Config { app_role, system_role, .. } = config;
    format!(
        "the login can't act in the roles of the store; a DBA has to run: \
         CREATE ROLE {app_role} NOLOGIN; CREATE ROLE {system_role} NOLOGIN; \
         GRANT {app_role}, {system_role} TO \"{login}\";"
    )
}
