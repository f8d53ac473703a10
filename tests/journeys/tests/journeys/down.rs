//! A database that is away, and comes back.

use std::time::Duration;

use reqwest::Method;
use saaskit_journeys::{Client, Engine, World, now, until};
use saaskit_peers::Postgres;

/// What somebody who asks is told, and how long that takes.
async fn asked(user: &Client) -> (u16, Option<String>, Duration) {
    let since = now();
    let answer = user.request(Method::GET, "/api/v1/auth/me").send().await.unwrap();
    let retry_after = answer.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
    (answer.status().as_u16(), retry_after, since.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
async fn while_postgres_is_away_nobody_waits_to_be_told_so() {
    const TIMES: usize = 200;
    let postgres = Postgres::start().unwrap();
    let world = World::new(Engine::Sqlite).await.with("DATABASE_URL", &postgres.url());
    let server = world.serve().await;
    let ana = server.client().become_user("ana@example.org").await;
    tokio::task::block_in_place(|| postgres.fall()).unwrap();
    until("it was found out", async || server.log().contains("database does not answer").then_some(())).await;

    let mut waits = Vec::new();
    for _ in 0..TIMES {
        let (status, retry_after, took) = asked(&ana).await;
        assert_eq!(
            (status, retry_after.as_deref().is_some_and(|wait| wait.parse::<u64>().is_ok())),
            (503, true)
        );
        waits.push(took);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    waits.sort();
    println!(
        "refused: half within {:?}, 95 % within {:?}, all within {:?}",
        waits[TIMES / 2],
        waits[TIMES * 95 / 100],
        waits[TIMES - 1]
    );
    assert!(waits[TIMES * 95 / 100] < Duration::from_millis(100), "{waits:?}");
    let health = server.client().get("/health").await.expect(503).json();
    assert_eq!(health["components"]["database"]["status"], "unhealthy");
    let metrics = server.client().get("/metrics").await.expect(200).text;
    let is_away = |state| metrics.contains(&format!("saaskit_breaker_state{{backend=\"database\"}} {state}"));
    assert!(is_away("1.0") || is_away("2.0"), "{metrics}");
    assert!(metrics.contains("saaskit_jobs{state=\"ready\"} NaN"), "{metrics}");

    tokio::task::block_in_place(|| postgres.start_again()).unwrap();
    let back = now();
    until("it is asked again", async || (asked(&ana).await.0 == 200).then_some(())).await;
    println!("asked again after {:?}", back.elapsed());
    let _ = server.client().become_user("bob@example.org").await;
    let told = |title: &str| server.log().matches(title).count();
    assert_eq!((told("database does not answer"), told("database answers again")), (1, 1));
    server.stop().await;
}
