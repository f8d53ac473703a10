use std::path::Path;
use std::time::Duration;

use saaskit::Stores;
use saaskit_kernel::{PortError, Subscriptions};
use saaskit_store_sql::{PoolSettings, SqliteStore, sqlite};

/// What the data is kept in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Engine {
    /// The embedded database.
    Sqlite,
    /// A schema of its own at `SAASKIT_TEST_POSTGRES_URL`.
    #[cfg(feature = "live")]
    Postgres,
    /// A database of its own at `SAASKIT_TEST_MONGO_URL`.
    #[cfg(feature = "mongo")]
    Mongo,
}

impl Engine {
    /// One that holds nothing.
    pub(super) async fn stores(self, folder: &Path, listeners: Subscriptions) -> Result<Stores, PortError> {
        let second = Duration::from_secs(1);
        let pool =
            PoolSettings { min: 1, max: 1, acquire: 10 * second, idle: second, statement: 10 * second };
        match self {
            Self::Sqlite => {
                let url = format!("sqlite:{}", folder.join("saaskit.db").display());
                let config = sqlite::Config { url, pool };
                SqliteStore::migrate(&config).await?;
                Ok(Stores::of(SqliteStore::connect(config, listeners, Vec::new()).await?))
            }
            #[cfg(feature = "live")]
            Self::Postgres => {
                use saaskit_store_sql::PostgresStore;
                let config = server::postgres(pool);
                PostgresStore::migrate(&config).await?;
                Ok(Stores::of(PostgresStore::connect(config, listeners, Vec::new()).await?))
            }
            #[cfg(feature = "mongo")]
            Self::Mongo => {
                use saaskit_store_mongo::MongoStore;
                let config = server::mongo();
                MongoStore::migrate(&config).await?;
                Ok(Stores::of(MongoStore::connect(config, listeners, Vec::new()).await?))
            }
        }
    }
}

/// Where the test command says that servers are.
#[cfg(any(feature = "live", feature = "mongo"))]
mod server {
    use saaskit_kernel::{Secret, Source};

    #[expect(clippy::disallowed_methods, reason = "the test command says by it where its server is")]
    fn named(variable: &str) -> String {
        std::env::var(variable).unwrap()
    }

    /// A name that nothing has there.
    fn fresh() -> String {
        format!("starter_{}", Source::system().id::<()>().uuid().simple())
    }

    #[cfg(feature = "live")]
    pub(super) fn postgres(pool: saaskit_store_sql::PoolSettings) -> saaskit_store_sql::postgres::Config {
        let url = Secret::new(named("SAASKIT_TEST_POSTGRES_URL"));
        let schema = fresh();
        saaskit_store_sql::postgres::Config { pool, schema, ..saaskit_store_sql::postgres::Config::new(url) }
    }

    #[cfg(feature = "mongo")]
    pub(super) fn mongo() -> saaskit_store_mongo::Config {
        let url = named("SAASKIT_TEST_MONGO_URL").replace("/?", &format!("/{}?", fresh()));
        saaskit_store_mongo::Config::new(Secret::new(url))
    }
}
