use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::json;
use tokio::time::Instant;

use crate::Options;
use crate::people;
use crate::report::Figure;
use crate::server::{Server, Site};
use crate::statistics::{median, quantile};

const TRIALS: usize = 200;

/// Signs out at one node and asks at another until that refuses, with nothing between them but the database.
pub(super) async fn run(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let mut site = Site::new(&options.binary)?;
    if let Some(database) = &options.database {
        site = site.with("DATABASE_URL", database);
    }
    let (here, there) = (site.serve().await?, site.serve().await?);
    let people = people::sign_up(&here, 1).await?;
    let email = &people.first().context("somebody signed up")?.email;
    let mut times = Vec::with_capacity(TRIALS);
    for _ in 0..TRIALS {
        times.push(lives_on(&here, &there, email).await?);
    }
    let engine = if options.database.is_some() { "PostgreSQL" } else { "SQLite" };
    let name = |what: &str| format!("logout here to first 401 there, {engine}, {what}");
    Ok(vec![
        Figure::new(name("p50"), median(&times), "ms"),
        Figure::new(name("p99"), quantile(&times, 0.99), "ms").at_most(1_000.0),
        Figure::new(name("most"), quantile(&times, 1.0), "ms"),
    ])
}

/// For how many milliseconds after a sign-out was answered the token is still believed at the other node.
async fn lives_on(here: &Server, there: &Server, email: &str) -> anyhow::Result<f64> {
    let person = people::sign_in(here, email).await?;
    let read = || there.get("/api/v1/tenants", Some(&person.access));
    there.ask(read()?).await?;
    here.ask(here.post("/api/v1/auth/logout", Some(&person.access), &json!({}))?).await?;
    let ended = Instant::now();
    loop {
        let status = there.answer(read()?).await?.status;
        let after = ended.elapsed();
        match status {
            401 => return Ok(after.as_secs_f64() * 1e3),
            _ => ensure!(status == 200 && after < Duration::from_secs(10), "{status} after {after:?}"),
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
