use saaskit_cache_redis::RedisConfig;
use saaskit_kernel::{Cache, CacheKey, ErrorKind, EventBus, Heard};
use saaskit_peers::RedisServer;

use crate::node::{LONG, Node, TOPIC, config, next};

fn login(server: &RedisServer, login: &str) -> RedisConfig {
    config(&format!("redis://{login}@127.0.0.1:{}", server.port()))
}

#[tokio::test]
async fn a_password_opens_the_server_and_a_wrong_one_does_not() {
    let server = RedisServer::start(&["--requirepass", "hunter2"]).unwrap();
    Node::of(&login(&server, ":hunter2")).await.works("ana").await.unwrap();
    for wrong in [":hunter3", "ana:hunter2"] {
        let error = Node::of(&login(&server, wrong)).await.fails().await;
        assert_eq!(error.kind(), ErrorKind::Unavailable, "the operator can mend it");
        let said = format!("{error:?}");
        assert!(said.contains("WRONGPASS") && !said.contains("hunter"), "{said}");
    }
}

#[tokio::test]
async fn a_server_that_wants_a_password_says_so_to_who_has_none() {
    let server = RedisServer::start(&["--requirepass", "hunter2"]).unwrap();
    let error = Node::of(&config(&server.url())).await.fails().await;
    assert!(format!("{error:?}").contains("NOAUTH"), "{error:?}");
}

#[tokio::test]
async fn a_user_needs_what_is_used_and_no_more() {
    let server = RedisServer::start(&[]).unwrap();
    let rules = ["~usr_*", "&usr_*", "-@all", "+hello", "+client|id", "+ping", "+get", "+set", "+unlink"];
    let more =
        ["+evalsha", "+eval", "+time", "+incrby", "+pttl", "+pexpire", "+publish", "+subscribe", "+info"];
    let user = ["acl", "setuser", "ana", "on", ">hunter2"];
    server.ask(&[&user[..], &rules, &more].concat()).unwrap();
    let node = Node::of(&login(&server, "ana:hunter2")).await;
    node.works("ana").await.unwrap();
    let key = CacheKey::new("it", "bob");
    assert_eq!(node.cache.add(&key, 1, LONG).await.unwrap(), 1);
    node.cache.remove(&[key]).await.unwrap();
    let mut hints = node.bus.subscribe(TOPIC).await.unwrap();
    node.bus.publish(TOPIC, "here").await.unwrap();
    assert_eq!(next(&mut hints).await, Heard::Hint("here".to_owned()));

    server.ask(&["acl", "setuser", "ana", "-set"]).unwrap();
    let error = node.fails().await;
    assert_eq!(error.kind(), ErrorKind::Rejected, "{error:?}");
}
