//! The journeys. Each is told on every engine there is.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a journey that can't go on ends there"
)]

mod accounts;
#[cfg(feature = "live")]
mod away;
mod crashes;
mod forged;
mod hostile;
mod moving;
mod operation;
mod sessions;
mod workspaces;

/// Makes of each journey `name(engine)` a test on every SQL engine.
macro_rules! on_sql_engines {
    ($($journey:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $journey() {
                super::$journey(saaskit_journeys::Engine::Sqlite).await;
            })*
        }

        #[cfg(feature = "live")]
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $journey() {
                super::$journey(saaskit_journeys::Engine::Postgres).await;
            })*
        }
    };
}
use on_sql_engines;

/// Makes of each journey `name(engine)` a test on every engine.
macro_rules! on_every_engine {
    ($($journey:ident)*) => {
        crate::on_sql_engines! { $($journey)* }

        #[cfg(feature = "mongo")]
        mod mongo {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $journey() {
                super::$journey(saaskit_journeys::Engine::Mongo).await;
            })*
        }
    };
}
use on_every_engine;
