//! The journeys. Each is told on every engine there is.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a journey that can't go on ends there"
)]

mod accounts;
mod crashes;
mod forged;
mod hostile;
mod operation;
mod sessions;
mod workspaces;

/// Makes of each journey `name(engine)` a test on every engine.
macro_rules! on_every_engine {
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
use on_every_engine;
