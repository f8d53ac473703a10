//! Several servers on one database, most of them with a Redis beside it. `SAASKIT_TRIALS` and `SAASKIT_KILL_ROUNDS` say
//! how often what is measured is tried, for figures.
#![cfg(feature = "live")]
#![expect(clippy::unwrap_used, reason = "a story that can't go on ends there")]
#![expect(clippy::print_stdout, reason = "figures are for who asks for them")]

mod database;
mod ends;
mod known;
mod limits;
mod membership;
mod nodes;
mod work;

/// Makes of each story `name(engine)` a test on every database that servers can share.
macro_rules! on_every_server {
    ($($story:ident)*) => {
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $story() {
                super::$story(saaskit_journeys::Engine::Postgres).await;
            })*
        }

        #[cfg(feature = "mongo")]
        mod mongo {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $story() {
                super::$story(saaskit_journeys::Engine::Mongo).await;
            })*
        }
    };
}
use on_every_server;
