//! What is to be done is done once, by whichever server.

use std::time::Duration;

use saaskit_cluster::{Cluster, Heard, Load, Sink, now};
use saaskit_journeys::{Engine, World, until};
use saaskit_peers::RedisServer;

super::on_every_server! {
    three_servers_send_each_mail_once
    what_a_killed_server_had_taken_on_is_done_by_others
}

async fn cluster(engine: Engine, redis: &RedisServer, sink: &Sink) -> Cluster {
    let world = World::new(engine).await.with("REDIS_URL", &redis.url());
    Cluster::of(sink.of(world), 3).await
}

/// Six people register and read until so many registrations made mails, then something happens, and they go on until
/// as many more came.
async fn loaded(cluster: &mut Cluster, sink: &Sink, happens: impl AsyncFnOnce(&mut Cluster)) -> Heard {
    const MAILS: usize = 12;
    let node = &cluster.nodes[0];
    let op = node.client().become_operator(&node.set_up_token(), "op@example.org").await;
    let load = Load::of(6, &cluster.front(), &op, "w");
    let arrive = async |count: usize| {
        until("mails arrived", async || (sink.mails().len() >= count).then_some(())).await;
    };
    arrive(MAILS).await;
    happens(cluster).await;
    arrive(sink.mails().len() + MAILS).await;
    let heard = load.stop().await;
    assert!(heard.odd.is_empty(), "{heard:?}");
    let since = now();
    until("everybody had mail who was promised one", async || {
        let mails = sink.mails();
        heard.acknowledged.iter().all(|address| mails.contains_key(address)).then_some(())
    })
    .await;
    println!(
        "{} promised; the last mail came {:?} after the load",
        heard.acknowledged.len(),
        since.elapsed()
    );
    heard
}

async fn three_servers_send_each_mail_once(engine: Engine) {
    let (redis, sink) = (RedisServer::start(&[]).unwrap(), Sink::start().await);
    let mut cluster = cluster(engine, &redis, &sink).await;
    let _ = loaded(&mut cluster, &sink, async |_| ()).await;
    // Servers that stop well have done all they had taken on, so nothing comes after.
    cluster.stop().await;
    let twice: Vec<_> = sink.mails().into_iter().filter(|(_, ids)| ids.len() > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

/// What the transaction of the killed server holds on MongoDB is done when the database ends that.
async fn what_a_killed_server_had_taken_on_is_done_by_others(engine: Engine) {
    /// After this the work of a killed server is given to others.
    const LEASE: Duration = Duration::from_secs(30);
    let (redis, sink) = (RedisServer::start(&[]).unwrap(), Sink::start().await);
    let mut cluster = cluster(engine, &redis, &sink).await;
    let mut killed = now();
    let heard = loaded(&mut cluster, &sink, async |cluster| {
        cluster.take(1).kill().await;
        killed = now();
    })
    .await;
    // What the killed server might have left for others to do twice is done by then.
    tokio::time::sleep((LEASE + Duration::from_secs(2)).saturating_sub(killed.elapsed())).await;
    cluster.stop().await;
    let mails = sink.mails();
    let twice: Vec<_> = mails.iter().filter(|(_, ids)| ids.len() > 1).collect();
    println!("{} promised, sent again: {twice:?}", heard.acknowledged.len());
    for (address, ids) in &mails {
        assert!(
            ids.iter().all(|id| !id.is_empty() && id == &ids[0]),
            "one mail, however often: {address}: {ids:?}"
        );
    }
}
