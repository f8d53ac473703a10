//! Tries to sign in are counted by all servers together.

use reqwest::Method;
use saaskit_cluster::Cluster;
use saaskit_journeys::{Answer, Engine, Server, World};
use saaskit_peers::RedisServer;
use serde_json::json;

super::on_every_server! {
    tries_to_sign_in_are_counted_by_all_servers_together_and_by_each_when_redis_dies
    without_redis_each_server_counts_tries_to_sign_in
}

/// Tries an hour.
const BURST: usize = 4;
const NODES: usize = 3;

async fn cluster(engine: Engine, redis: Option<&RedisServer>) -> Cluster {
    let limits = format!("ip=100000/1m,login-ip=100000/1m,login={BURST}/1h");
    let mut world = World::new(engine).await.with("RATE_LIMITS", &limits);
    if let Some(redis) = redis {
        world = world.with("REDIS_URL", &redis.url());
    }
    Cluster::of(world, NODES).await
}

/// How many of so many tries to sign in to an account were let in by the door.
async fn let_in(server: &Server, email: &str, tries: usize) -> usize {
    let client = server.client();
    let mut count = 0;
    for _ in 0..tries {
        let body = json!({"email": email, "password": "Wrong-Horse-8-Battery"});
        let request = client.request(Method::POST, "/api/v1/auth/login").json(&body);
        let answer = Answer::of(request.send().await.unwrap()).await.unwrap();
        match answer.status {
            401 => count += 1,
            _ => drop(answer.expect_problem(429, "RATE_LIMITED")),
        }
    }
    count
}

async fn tries_to_sign_in_are_counted_by_all_servers_together_and_by_each_when_redis_dies(engine: Engine) {
    let mut redis = RedisServer::start(&[]).unwrap();
    let cluster = cluster(engine, Some(&redis)).await;
    let mut counts = Vec::new();
    for node in &cluster.nodes {
        counts.push(let_in(node, "eve@example.org", BURST - 1).await);
    }
    assert_eq!(counts, [BURST - 1, 1, 0], "one bucket of all");

    let before = let_in(&cluster.nodes[0], "mal@example.org", BURST - 1).await;
    redis.kill().unwrap();
    let mut after = Vec::new();
    for node in &cluster.nodes {
        after.push(let_in(node, "mal@example.org", 2 * BURST).await);
    }
    println!("{engine:?}: {before} tries before Redis died, then by each server {after:?}");
    assert!(before + after.iter().sum::<usize>() <= NODES * BURST, "{before} and {after:?}");
    assert!(after.iter().all(|count| *count <= BURST), "{after:?}");
    cluster.stop().await;
}

async fn without_redis_each_server_counts_tries_to_sign_in(engine: Engine) {
    let cluster = cluster(engine, None).await;
    for node in &cluster.nodes {
        assert_eq!(let_in(node, "eve@example.org", 2 * BURST).await, BURST);
    }
    cluster.stop().await;
}
