//! Servers come and go, and nobody is the worse for it.

use saaskit_cluster::{Cluster, Heard, Load};
use saaskit_journeys::{Engine, World, until};
use saaskit_peers::RedisServer;

super::on_every_server! {
    a_server_that_is_told_to_stop_loses_no_request
    a_server_that_is_killed_leaves_the_others_at_work
}

const PEOPLE: usize = 6;

async fn while_asked(cluster: &mut Cluster, happens: impl AsyncFnOnce(&mut Cluster)) -> Heard {
    let ana = cluster.nodes[0].client().become_user("ana@example.org").await;
    let load = Load::of(PEOPLE, &cluster.front(), &ana, "n");
    ana.mail_to("np1n2@example.org").await;
    happens(cluster).await;
    let stay = ana.at(cluster.nodes[0].url());
    let _ = stay.register("later@example.org").await.expect(202);
    let _ = stay.mail_to("later@example.org").await;
    let heard = load.stop().await;
    println!("{:?}, {} lost, longest {:?}", heard.answers, heard.lost.len(), heard.longest);
    until("everybody had mail who was promised one", async || {
        let mails = stay.outbox().await;
        // The outbox shows the newest hundred.
        let mut newest = heard.acknowledged.iter().rev().take(50);
        newest.all(|address| mails.iter().any(|mail| mail.to == *address)).then_some(())
    })
    .await;
    heard
}

async fn a_server_that_is_told_to_stop_loses_no_request(engine: Engine) {
    let redis = RedisServer::start(&[]).unwrap();
    let mut cluster = Cluster::of(World::new(engine).await.with("REDIS_URL", &redis.url()), 2).await;
    let heard = while_asked(&mut cluster, async |cluster| cluster.take(1).stop().await).await;
    assert!(heard.odd.is_empty() && heard.lost.is_empty(), "{heard:?}");
    assert!(!heard.answers.contains_key(&503), "{heard:?}");
    cluster.stop().await;
}

async fn a_server_that_is_killed_leaves_the_others_at_work(engine: Engine) {
    let redis = RedisServer::start(&[]).unwrap();
    let mut cluster = Cluster::of(World::new(engine).await.with("REDIS_URL", &redis.url()), 3).await;
    let heard = while_asked(&mut cluster, async |cluster| cluster.take(1).kill().await).await;
    // What it was asked when it died, once a person; whom it is asked for later goes to others.
    assert!(heard.odd.is_empty() && heard.lost.len() <= PEOPLE, "{heard:?}");
    assert!(!heard.answers.contains_key(&503), "{heard:?}");
    cluster.stop().await;
}
