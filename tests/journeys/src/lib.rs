//! Whole stories told to the binary over TCP: what the journeys are written with.
//!
//! A [`World`] is a database, a data folder and servers on them; a [`Client`] is somebody who talks to one. Whatever
//! does not go as a journey needs it to go ends the journey by a panic that says what was seen.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a journey that can't go on ends there"
)]

mod answer;
mod client;
mod database;
mod mail;
mod server;
mod world;

pub use answer::Answer;
pub use client::Client;
pub use database::Engine;
pub use mail::Mail;
pub use server::{BENCHMARK_TOKEN, PUBLIC_URL, Server};
pub use world::{PASSWORD, World};

/// The clock of the machine: some stories are about how long something takes.
#[expect(clippy::disallowed_methods, reason = "a story takes the time it takes")]
pub fn now() -> std::time::Instant {
    std::time::Instant::now()
}

/// Waits until `attempt` gives something, for at most a minute and a half: a killed server's work is given to
/// others after half a minute.
pub async fn until<T>(what: &str, mut attempt: impl AsyncFnMut() -> Option<T>) -> T {
    let attempts = async {
        loop {
            if let Some(found) = attempt().await {
                return found;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let limit = std::time::Duration::from_secs(90);
    tokio::time::timeout(limit, attempts).await.unwrap_or_else(|_| panic!("waited in vain until {what}"))
}
