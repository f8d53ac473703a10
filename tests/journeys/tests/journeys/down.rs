//! A database that is away or silent, and comes back.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use saaskit_journeys::{Answer, Client, Engine, World, now, until};
#[cfg(feature = "mongo")]
use saaskit_peers::Mongo;
use saaskit_peers::Postgres;
use tokio::task::block_in_place;

/// How a database goes away.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// Nothing listens any more.
    Dies,
    /// It says nothing any more, and its connections stay open.
    FallsSilent,
}

/// A database that goes away.
trait Goes {
    fn url(&self) -> String;
    fn goes(&mut self, way: Way);
    fn comes_back(&mut self, way: Way);
}

impl Goes for Postgres {
    fn url(&self) -> String {
        Postgres::url(self)
    }

    fn goes(&mut self, way: Way) {
        match way {
            Way::Dies => self.fall().unwrap(),
            Way::FallsSilent => self.pause().unwrap(),
        }
    }

    fn comes_back(&mut self, way: Way) {
        match way {
            Way::Dies => self.start_again().unwrap(),
            Way::FallsSilent => self.resume().unwrap(),
        }
    }
}

#[cfg(feature = "mongo")]
impl Goes for Mongo {
    fn url(&self) -> String {
        Mongo::url(self).replace("/?", "/down?")
    }

    fn goes(&mut self, way: Way) {
        match way {
            Way::Dies => self.kill().unwrap(),
            Way::FallsSilent => self.pause().unwrap(),
        }
    }

    fn comes_back(&mut self, way: Way) {
        match way {
            Way::Dies => self.restart().unwrap(),
            Way::FallsSilent => self.resume().unwrap(),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_postgres_is_away_nobody_waits_to_be_told_so() {
    is_told_and_found_again(Postgres::start().unwrap(), Way::Dies, AT_ONCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_postgres_is_silent_nobody_waits_long_to_be_told_so() {
    is_told_and_found_again(Postgres::start().unwrap(), Way::FallsSilent, SOON).await;
}

#[cfg(feature = "mongo")]
#[tokio::test(flavor = "multi_thread")]
async fn while_mongo_is_away_nobody_waits_long_to_be_told_so() {
    is_told_and_found_again(Mongo::durable().unwrap(), Way::Dies, SOON).await;
}

#[cfg(feature = "mongo")]
#[tokio::test(flavor = "multi_thread")]
async fn while_mongo_is_silent_nobody_waits_long_to_be_told_so() {
    is_told_and_found_again(Mongo::start().unwrap(), Way::FallsSilent, SOON).await;
}

/// How long a server of the database is looked for, and within what somebody is told that it was in vain.
const LOOKED_FOR_MS: &str = "3000";
const SOON: Duration = Duration::from_secs(5);
/// The same where nothing has to be waited for to know it.
const AT_ONCE: Duration = Duration::from_secs(2);

async fn is_told_and_found_again(mut database: impl Goes, way: Way, first_within: Duration) {
    let world = World::new(Engine::Sqlite).await.with("DATABASE_URL", &database.url());
    let world = world.with("DATABASE_POOL_ACQUIRE_MS", LOOKED_FOR_MS);
    let server = world.serve().await;
    let ana = server.client().become_user("ana@example.org").await;
    block_in_place(|| database.goes(way));
    for (answer, took) in first(&ana).await {
        assert!(took < first_within && says_when_to_come_again(&answer), "{took:?}: {answer:?}");
    }
    everybody_is_refused_at_once(&ana).await;
    let health = server.client().get("/health").await.expect(503).json();
    assert_eq!(health["components"]["database"]["status"], "unhealthy");
    let metrics = server.client().get("/metrics").await.expect(200).text;
    let is_away = |state| metrics.contains(&format!("saaskit_breaker_state{{backend=\"database\"}} {state}"));
    assert!(is_away("1.0") || is_away("2.0"), "{metrics}");
    assert!(metrics.contains("saaskit_jobs{state=\"ready\"} NaN"), "{metrics}");

    block_in_place(|| database.comes_back(way));
    let back = now();
    until("it is asked again", async || (timed(me(&ana)).await.0.status == 200).then_some(())).await;
    println!("{way:?}: asked again after {:?}", back.elapsed());
    let _ = server.client().become_user("bob@example.org").await;
    let told = |title: &str| server.log().matches(title).count();
    assert_eq!((told("database does not answer"), told("database answers again")), (1, 1));
    server.stop().await;
}

/// What the first ones are told who read and who write, and how long that takes.
async fn first(ana: &Client) -> Vec<(Answer, Duration)> {
    const READERS: usize = 6;
    let reading = join_all((0..READERS).map(|_| timed(me(ana))));
    let names = ["cleo@example.org", "dan@example.org"];
    let writing = join_all(names.map(|name| timed(ana.register(name))));
    let (reads, writes) = tokio::join!(reading, writing);
    let first: Vec<_> = reads.into_iter().chain(writes).collect();
    println!("the first: {:?}", first.iter().map(|(_, took)| took).collect::<Vec<_>>());
    first
}

async fn everybody_is_refused_at_once(ana: &Client) {
    const TIMES: usize = 200;
    let mut waits = Vec::new();
    for _ in 0..TIMES {
        let (answer, took) = timed(me(ana)).await;
        assert!(says_when_to_come_again(&answer), "{answer:?}");
        waits.push(took);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    waits.sort();
    let (half, most, all) = (waits[TIMES / 2], waits[TIMES * 95 / 100], waits[TIMES - 1]);
    println!("refused: half within {half:?}, 95 % within {most:?}, all within {all:?}");
    assert!(most < Duration::from_millis(100), "{waits:?}");
}

async fn me(user: &Client) -> Answer {
    user.send(user.request(Method::GET, "/api/v1/auth/me")).await
}

async fn timed(asked: impl Future<Output = Answer>) -> (Answer, Duration) {
    let since = now();
    let answer = asked.await;
    (answer, since.elapsed())
}

fn says_when_to_come_again(answer: &Answer) -> bool {
    let waits = answer.header("retry-after").and_then(|seconds| seconds.parse::<u32>().ok());
    let is_problem = answer.header("content-type") == Some("application/problem+json");
    answer.status == 503 && is_problem && waits.is_some_and(|seconds| seconds > 0)
}
