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
mod claims;
mod crashes;
#[cfg(feature = "live")]
mod down;
mod files;
mod forged;
#[cfg(feature = "forger")]
mod forger;
#[cfg(feature = "mongo")]
mod held;
mod hostile;
mod metrics;
mod moving;
mod operation;
#[cfg(feature = "browser")]
mod pages;
mod rotation;
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
