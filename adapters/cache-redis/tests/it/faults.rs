use std::time::Duration;

use saaskit_cache_redis::RedisConfig;
use saaskit_kernel::{ErrorKind, EventBus, Heard};
use saaskit_peers::{Proxy, RedisServer, Weather};
use tokio::time::Instant;

use crate::node::{Node, TOPIC, config, eventually, next};

/// Two connections of little patience.
fn impatient(url: &str) -> RedisConfig {
    let timeout = Duration::from_millis(200);
    RedisConfig { connections: 2, timeout, connect_timeout: Duration::from_millis(500), ..config(url) }
}

/// It fails, and that does not take much longer than a command may.
async fn fails_in_time(node: &Node, kind: ErrorKind) {
    let begun = Instant::now();
    let error = node.fails().await;
    let passed = begun.elapsed();
    assert_eq!(error.kind(), kind, "{error:?}");
    assert!(passed < Duration::from_secs(2), "{passed:?}");
}

/// Answers that time out come from connections that are then given up.
async fn is_given_up(node: &Node) {
    eventually(async || node.redis.connections().0 == 0).await;
    fails_in_time(node, ErrorKind::Unavailable).await;
}

#[tokio::test]
async fn a_server_that_is_not_there_yet_is_found_when_it_comes() {
    let mut server = RedisServer::start(&[]).unwrap();
    server.kill().unwrap();
    let node = Node::of(&impatient(&server.url())).await;
    fails_in_time(&node, ErrorKind::Unavailable).await;
    let mut hints = node.bus.subscribe(TOPIC).await.unwrap();
    server.start_again().unwrap();
    node.recovers().await;
    node.hears_again(&mut hints).await;
}

#[tokio::test]
async fn a_server_that_was_killed_is_found_again() {
    let mut server = RedisServer::start(&[]).unwrap();
    let node = Node::of(&impatient(&server.url())).await;
    let mut hints = node.bus.subscribe(TOPIC).await.unwrap();
    node.works("ana").await.unwrap();
    server.kill().unwrap();
    is_given_up(&node).await;
    assert_eq!(node.bus.publish(TOPIC, "lost").await.unwrap_err().kind(), ErrorKind::Unavailable);
    server.start_again().unwrap();
    node.recovers().await;
    node.hears_again(&mut hints).await;
}

#[tokio::test]
async fn a_server_that_says_nothing_costs_one_timeout_and_is_then_not_waited_for() {
    let server = RedisServer::start(&[]).unwrap();
    let node = Node::of(&impatient(&server.url())).await;
    let mut hints = node.bus.subscribe(TOPIC).await.unwrap();
    server.pause().unwrap();
    fails_in_time(&node, ErrorKind::TimedOut).await;
    is_given_up(&node).await;
    server.resume().unwrap();
    node.recovers().await;
    node.hears_on(&mut hints).await;
}

#[tokio::test]
async fn a_server_that_says_nothing_is_noticed_under_a_stream_of_commands() {
    let server = RedisServer::start(&[]).unwrap();
    let node = Node::of(&impatient(&server.url())).await;
    server.pause().unwrap();
    eventually(async || {
        drop(tokio::time::timeout(Duration::from_millis(20), node.works("ana")).await);
        node.redis.connections().0 == 0
    })
    .await;
}

#[tokio::test]
async fn a_slow_server_works_until_it_is_too_slow() {
    let server = RedisServer::start(&[]).unwrap();
    let proxy = Proxy::before(server.port()).await.unwrap();
    let node = Node::of(&impatient(&format!("redis://127.0.0.1:{}", proxy.port()))).await;
    proxy.set(Weather::Slow(Duration::from_millis(20)));
    node.works("ana").await.unwrap();
    proxy.set(Weather::Slow(Duration::from_secs(1)));
    fails_in_time(&node, ErrorKind::TimedOut).await;
    proxy.set(Weather::Fair);
    node.recovers().await;
}

#[tokio::test]
async fn a_connection_that_breaks_is_made_anew() {
    let server = RedisServer::start(&[]).unwrap();
    let proxy = Proxy::before(server.port()).await.unwrap();
    let node = Node::of(&impatient(&format!("redis://127.0.0.1:{}", proxy.port()))).await;
    let mut hints = node.bus.subscribe(TOPIC).await.unwrap();
    node.bus.publish(TOPIC, "before").await.unwrap();
    assert_eq!(next(&mut hints).await, Heard::Hint("before".to_owned()));
    proxy.set(Weather::Broken);
    is_given_up(&node).await;
    proxy.set(Weather::Fair);
    node.recovers().await;
    node.hears_again(&mut hints).await;
}

#[tokio::test]
async fn who_is_gone_leaves_no_connection() {
    let server = RedisServer::start(&[]).unwrap();
    let clients = || server.ask(&["client", "list"]).unwrap().lines().count();
    let node = Node::of(&impatient(&server.url())).await;
    drop(node.bus.subscribe(TOPIC).await.unwrap());
    eventually(async || clients() == 1 + 2 + 1).await;
    drop(node);
    eventually(async || clients() == 1).await;
}
