//! Servers that share a Redis which is killed, silent or slow, and comes back.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use reqwest::StatusCode;
use saaskit_journeys::{Client, Engine, Server, World, now, until};
use saaskit_peers::{Proxy, RedisServer, Weather};
use serde_json::json;
use tokio_util::sync::CancellationToken;

/// So high that nobody is refused.
const NO_LIMITS: &str = "ip=1000000/1m,reads=1000000/1m";

async fn world(redis: &str, limits: &str) -> World {
    let world = World::new(Engine::Postgres).await.with("REDIS_URL", redis).with("RATE_LIMITS", limits);
    world.with("DATABASE_POOL_MIN", "1").with("DATABASE_POOL_MAX", "5")
}

/// What a server says of its cache; the port it listens on is local, so it tells.
async fn cache_of(server: &Server) -> String {
    let report = server.client().get("/health").await.expect(200).json();
    report["components"]["cache"]["status"].as_str().unwrap().to_owned()
}

/// Comes back when all servers say so of their caches; gives how long it took.
async fn all_say(servers: &[Server], status: &str) -> Duration {
    let since = now();
    for server in servers {
        until(&format!("{} says {status}", server.url()), async || {
            (cache_of(server).await == status).then_some(())
        })
        .await;
    }
    since.elapsed()
}

/// What became of the requests that somebody sent one after the other.
#[derive(Debug, Default)]
struct Seen {
    answered: usize,
    refused: Vec<String>,
    longest: Duration,
}

/// Somebody who asks, and is counted, again and again until `stop`.
async fn ask_on(user: Client, stop: CancellationToken) -> Seen {
    let mut seen = Seen::default();
    while !stop.is_cancelled() {
        let since = now();
        let status = counted(&user).await;
        seen.longest = seen.longest.max(since.elapsed());
        match status {
            Ok(StatusCode::OK) => seen.answered += 1,
            other => seen.refused.push(format!("{other:?}")),
        }
    }
    seen
}

/// A request that the limits count.
async fn counted(user: &Client) -> reqwest::Result<StatusCode> {
    let request = user.request(reqwest::Method::GET, "/api/v1/auth/me");
    Ok(request.send().await?.status())
}

/// Four people ask two servers without a break while something happens to what these share.
async fn while_asked(servers: &[Server], happens: impl AsyncFnOnce()) -> Vec<Seen> {
    let ana = servers[0].client().become_user("ana@example.org").await;
    let stop = CancellationToken::new();
    let asking =
        servers.iter().cycle().take(4).map(|server| tokio::spawn(ask_on(ana.at(server.url()), stop.clone())));
    let asking: Vec<_> = asking.collect();
    happens().await;
    stop.cancel();
    join_all(asking).await.into_iter().map(Result::unwrap).collect()
}

fn assert_nobody_was_refused(seen: &[Seen]) {
    for one in seen {
        assert!(one.refused.is_empty() && one.answered > 0, "{seen:?}");
        assert!(one.longest < Duration::from_secs(5), "{seen:?}");
    }
}

async fn two_servers(world: &World) -> [Server; 2] {
    [world.serve().await, world.serve().await]
}

async fn stop_all(servers: impl IntoIterator<Item = Server>) {
    for server in servers {
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_refused_while_redis_is_killed_and_comes_back_empty() {
    let mut redis = RedisServer::start(&[]).unwrap();
    let world = world(&redis.url(), NO_LIMITS).await;
    let servers = two_servers(&world).await;
    all_say(&servers, "healthy").await;
    let seen = while_asked(&servers, async || {
        redis.kill().unwrap();
        let degraded = all_say(&servers, "degraded").await;
        redis.start_again().unwrap();
        let healthy = all_say(&servers, "healthy").await;
        println!("killed: degraded after {degraded:?}, healthy {healthy:?} after it was back");
    })
    .await;
    println!("{seen:?}");
    assert_nobody_was_refused(&seen);
    for server in &servers {
        let log = server.log();
        let told = |title: &str| log.matches(title).count();
        assert_eq!((told("an alert"), told("cache does not answer"), told("cache answers again")), (2, 1, 1));
    }
    stop_all(servers).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_refused_while_redis_is_silent() {
    let redis = RedisServer::start(&[]).unwrap();
    let world = world(&redis.url(), NO_LIMITS).await;
    let servers = two_servers(&world).await;
    all_say(&servers, "healthy").await;
    let seen = while_asked(&servers, async || {
        redis.pause().unwrap();
        let degraded = all_say(&servers, "degraded").await;
        redis.resume().unwrap();
        let healthy = all_say(&servers, "healthy").await;
        println!("silent: degraded after {degraded:?}, healthy {healthy:?} after it spoke again");
    })
    .await;
    println!("{seen:?}");
    assert_nobody_was_refused(&seen);
    stop_all(servers).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_refused_while_redis_is_too_slow() {
    let redis = RedisServer::start(&[]).unwrap();
    let proxy = Arc::new(Proxy::before(redis.port()).await.unwrap());
    let world = world(&format!("redis://127.0.0.1:{}", proxy.port()), NO_LIMITS).await;
    let servers = two_servers(&world).await;
    all_say(&servers, "healthy").await;
    let seen = while_asked(&servers, async || {
        proxy.set(Weather::Slow(Duration::from_secs(2)));
        let degraded = all_say(&servers, "degraded").await;
        proxy.set(Weather::Fair);
        let healthy = all_say(&servers, "healthy").await;
        println!("slow: degraded after {degraded:?}, healthy {healthy:?} after it was fast again");
    })
    .await;
    println!("{seen:?}");
    assert_nobody_was_refused(&seen);
    stop_all(servers).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_redis_goes_away_no_more_than_a_bucket_a_node_is_let_in_of_all() {
    const BURST: usize = 30;
    let mut redis = RedisServer::start(&[]).unwrap();
    let world = world(&redis.url(), &format!("ip=1000000/1m,reads={BURST}/1h")).await;
    let servers = [world.serve().await, world.serve().await, world.serve().await];
    all_say(&servers, "healthy").await;
    let ana = servers[0].client().become_user("ana@example.org").await;
    let let_in = async |server: &Server, tries: usize| {
        let ana = ana.at(server.url());
        let mut statuses = Vec::new();
        for _ in 0..tries {
            statuses.push(counted(&ana).await.unwrap());
        }
        assert!(statuses.iter().all(|status| matches!(status.as_u16(), 200 | 429)), "{statuses:?}");
        statuses.into_iter().filter(|status| *status == StatusCode::OK).count()
    };
    let mut before = 0;
    for server in &servers {
        before += let_in(server, BURST / 4).await;
    }
    assert_eq!(before, 3 * (BURST / 4));
    redis.kill().unwrap();
    let mut after = 0;
    for server in &servers {
        after += let_in(server, 2 * BURST).await;
    }
    println!("let in: {before} by all together, then {after} by three nodes, each for itself");
    assert!(after > 0 && before + after <= 3 * BURST, "{before} and {after}");
    stop_all(servers).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_starts_and_serves_without_its_redis_and_finds_it_later() {
    let mut redis = RedisServer::start(&[]).unwrap();
    redis.kill().unwrap();
    let world = world(&redis.url(), NO_LIMITS).await;
    let server = world.serve().await;
    assert_eq!(cache_of(&server).await, "degraded", "it says so before anybody needed it");
    let ana = server.client().become_user("ana@example.org").await;
    assert_eq!(counted(&ana).await.unwrap(), StatusCode::OK);
    let servers = [server];
    all_say(&servers, "degraded").await;
    assert!(servers[0].log().contains("cache does not answer"), "{}", servers[0].log());
    redis.start_again().unwrap();
    let found = all_say(&servers, "healthy").await;
    println!("found after {found:?}");
    stop_all(servers).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_on_one_server_ends_on_the_other_sooner_than_that_would_find_out() {
    const TIMES: usize = 12;
    let redis = RedisServer::start(&[]).unwrap();
    let world = world(&redis.url(), NO_LIMITS).await;
    let [here, there] = two_servers(&world).await;
    let ana = here.client().become_user("ana@example.org").await;
    let mut waits = Vec::new();
    for _ in 0..TIMES {
        let session =
            ana.bearing(&ana.log_in("ana@example.org", saaskit_journeys::PASSWORD).await.expect(200));
        let elsewhere = session.at(there.url());
        assert_eq!(counted(&elsewhere).await.unwrap(), StatusCode::OK);
        let _ = session.post("/api/v1/auth/logout", json!({})).await.expect(204);
        let since = now();
        while counted(&elsewhere).await.unwrap() == StatusCode::OK {}
        waits.push(since.elapsed());
    }
    waits.sort();
    println!("ended elsewhere after {waits:?}");
    // Who looks every 300 ms has seen a third of them by then.
    assert!(waits[TIMES * 3 / 4] < Duration::from_millis(100), "{waits:?}");
    stop_all([here, there]).await;
}
