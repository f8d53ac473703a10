use saaskit_cache_redis::RedisConfig;
use saaskit_kernel::{EventBus, Heard};
use saaskit_peers::{Authority, RedisServer, free_port};

use crate::node::{Node, TOPIC, config, next};

fn encrypted(server: &RedisServer, host: &str, trusted: Option<&Authority>) -> RedisConfig {
    RedisConfig {
        root_certificate: trusted.map(|authority| authority.root().to_owned()),
        ..config(&format!("rediss://{host}:{}", server.port()))
    }
}

#[tokio::test]
async fn a_server_whose_authority_is_trusted_is_talked_to_encrypted() {
    let authority = Authority::new().unwrap();
    let server = RedisServer::start_encrypted(&authority).unwrap();
    for host in ["127.0.0.1", "localhost"] {
        let node = Node::of(&encrypted(&server, host, Some(&authority))).await;
        node.works("ana").await.unwrap();
        let mut hints = node.bus.subscribe(TOPIC).await.unwrap();
        node.bus.publish(TOPIC, "here").await.unwrap();
        assert_eq!(next(&mut hints).await, Heard::Hint("here".to_owned()));
    }
}

#[tokio::test]
async fn a_server_that_a_stranger_vouches_for_is_not_talked_to() {
    let (authority, stranger) = (Authority::new().unwrap(), Authority::new().unwrap());
    let server = RedisServer::start_encrypted(&authority).unwrap();
    let error = Node::of(&encrypted(&server, "localhost", Some(&stranger))).await.fails().await;
    assert!(format!("{error:?}").contains("InvalidCertificate"), "{error:?}");
}

#[tokio::test]
async fn a_server_that_talks_encrypted_is_not_talked_to_in_the_open() {
    let server = RedisServer::start_encrypted(&Authority::new().unwrap()).unwrap();
    Node::of(&config(&server.url())).await.fails().await;
}

/// The address that this cluster of one names is no address of this machine, and leads here all the same.
#[tokio::test]
async fn a_server_elsewhere_that_a_cluster_names_is_given_up_where_that_must_be_encrypted() {
    let port = free_port().unwrap().to_string();
    let named = ["--cluster-enabled", "yes", "--cluster-port", &port, "--cluster-announce-ip", "0.0.0.0"];
    let server = RedisServer::start(&named).unwrap();
    server.ask(&["cluster", "addslotsrange", "0", "16383"]).unwrap();
    let open = config(&format!("redis-cluster://127.0.0.1:{}", server.port()));
    Node::of(&open).await.recovers().await;
    let error = Node::of(&RedisConfig { private: true, ..open }).await.fails().await;
    assert!(format!("{error:?}").contains("another machine"), "{error:?}");
}
