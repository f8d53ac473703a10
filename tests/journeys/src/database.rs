/// What the data is kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// The embedded database, in the data folder.
    Sqlite,
    /// A database of its own at `SAASKIT_TEST_POSTGRES_URL`.
    #[cfg(feature = "live")]
    Postgres,
    /// A database of its own at `SAASKIT_TEST_MONGO_URL`.
    #[cfg(feature = "mongo")]
    Mongo,
}

impl Engine {
    /// Makes an empty database; gives its URL, where there is one.
    #[cfg_attr(
        not(feature = "live"),
        expect(clippy::unused_async, reason = "only a server has to be waited for")
    )]
    pub async fn make(self) -> Option<String> {
        match self {
            Self::Sqlite => None,
            #[cfg(feature = "live")]
            Self::Postgres => Some(postgres::make().await),
            #[cfg(feature = "mongo")]
            Self::Mongo => Some(mongo_url()),
        }
    }
}

/// A database is there as soon as something is in it.
#[cfg(feature = "mongo")]
#[expect(clippy::disallowed_methods, reason = "the test command says by it where the server is")]
fn mongo_url() -> String {
    use std::hash::BuildHasher as _;
    let server = std::env::var("SAASKIT_TEST_MONGO_URL").expect("`cargo verify` sets SAASKIT_TEST_MONGO_URL");
    let name = std::hash::RandomState::new().hash_one(std::process::id());
    server.replace("/?", &format!("/journey_{name:x}?"))
}

#[cfg(feature = "live")]
mod postgres {
    use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

    #[expect(clippy::disallowed_methods, reason = "the test command says by it where the server is")]
    pub(super) async fn make() -> String {
        let server = std::env::var("SAASKIT_TEST_POSTGRES_URL")
            .expect("`cargo verify` sets SAASKIT_TEST_POSTGRES_URL");
        let mut connection = PgConnection::connect(&server).await.expect("the server of the tests is up");
        let name = "SELECT 'journey_' || replace(gen_random_uuid()::text, '-', '')";
        let name: String =
            sqlx::query_scalar(name).fetch_one(&mut connection).await.expect("a name can be drawn");
        connection
            .execute(AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .await
            .expect("a database can be made");
        let (server, _) = server.rsplit_once('/').expect("the URL names a database");
        format!("{server}/{name}")
    }
}
