use saaskit_kernel::EventBus;
use saaskit_peers::{RedisCluster, RedisSentinel};

use crate::node::{Node, TOPIC, config, eventually};

/// Everything works again, on every server of a cluster.
async fn recovers_everywhere(node: &Node) {
    eventually(async || {
        for number in 0..50 {
            if node.works(&number.to_string()).await.is_err() {
                return false;
            }
        }
        true
    })
    .await;
}

#[tokio::test]
async fn a_cluster_that_loses_a_master_is_back_without_help() {
    let mut cluster = RedisCluster::start().unwrap();
    let node = Node::of(&config(&cluster.url())).await;
    let mut hints = node.bus.subscribe(TOPIC).await.unwrap();
    recovers_everywhere(&node).await;
    for _ in 0..2 {
        cluster.kill_a_master().unwrap();
        eventually(async || node.redis.connections().0 == 0).await;
        recovers_everywhere(&node).await;
        node.hears_again(&mut hints).await;
        cluster.mend().unwrap();
    }
}

#[tokio::test]
async fn servers_watched_by_sentinels_that_lose_the_master_are_back_without_help() {
    let mut servers = RedisSentinel::start().unwrap();
    let node = Node::of(&config(&servers.url())).await;
    let mut hints = node.bus.subscribe(TOPIC).await.unwrap();
    node.works("ana").await.unwrap();
    servers.kill_the_master().unwrap();
    eventually(async || node.redis.connections().0 == 0).await;
    node.recovers().await;
    node.hears_again(&mut hints).await;
}
