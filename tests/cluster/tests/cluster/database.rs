//! A database that falls in the middle of its work, and is started again.

use std::collections::BTreeSet;

use saaskit_cluster::{Cluster, Load, Sink, now, often, say};
use saaskit_journeys::{Client, Engine, World, until};
use saaskit_peers::Postgres;

/// A server that can fall, and keeps what it acknowledged.
trait Falls {
    fn url(&self) -> String;
    fn fall(&mut self);
    fn start_again(&mut self);
}

impl Falls for Postgres {
    fn url(&self) -> String {
        Postgres::url(self)
    }

    fn fall(&mut self) {
        Postgres::fall(self).unwrap();
    }

    fn start_again(&mut self) {
        Postgres::start_again(self).unwrap();
    }
}

#[cfg(feature = "mongo")]
impl Falls for saaskit_peers::Mongo {
    fn url(&self) -> String {
        saaskit_peers::Mongo::url(self).replace("/?", "/falls?")
    }

    fn fall(&mut self) {
        self.kill().unwrap();
    }

    fn start_again(&mut self) {
        self.restart().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn when_postgres_falls_everything_acknowledged_is_there_afterwards_and_all_else_is_told() {
    everything_acknowledged_is_there_after_a_fall(Postgres::durable().unwrap()).await;
}

#[cfg(feature = "mongo")]
#[tokio::test(flavor = "multi_thread")]
async fn when_mongo_falls_everything_acknowledged_is_there_afterwards_and_all_else_is_told() {
    everything_acknowledged_is_there_after_a_fall(saaskit_peers::Mongo::durable().unwrap()).await;
}

async fn everything_acknowledged_is_there_after_a_fall(mut database: impl Falls) {
    let sink = Sink::start().await;
    let world = World::new(Engine::Sqlite).await.with("DATABASE_URL", &database.url());
    let cluster = Cluster::of(sink.of(world), 2).await;
    let token = cluster.nodes[0].set_up_token();
    let op = cluster.nodes[0].client().become_operator(&token, "op@example.org").await;
    let (mut recoveries, mut promised) = (Vec::new(), Vec::new());
    for round in 0..often("SAASKIT_KILL_ROUNDS", 1) {
        let load = Load::of(8, &cluster.front(), &op, &format!("r{round}"));
        mails_come(&sink).await;
        tokio::task::block_in_place(|| database.fall());
        all_answer(&cluster, &op, 503).await;
        tokio::task::block_in_place(|| database.start_again());
        let back = now();
        all_answer(&cluster, &op, 200).await;
        recoveries.push(back.elapsed());
        mails_come(&sink).await;
        let heard = load.stop().await;
        println!("{:?}, longest {:?}", heard.answers, heard.longest);
        assert!(heard.odd.is_empty() && heard.lost.is_empty(), "{heard:?}");
        assert!(heard.answers.contains_key(&503), "{heard:?}");
        promised.extend(heard.acknowledged);
    }
    say("after the database was back all servers worked", recoveries);
    let users = addresses(&op).await;
    let gone: Vec<_> = promised.iter().filter(|address| !users.contains(*address)).collect();
    assert!(!promised.is_empty() && gone.is_empty(), "{gone:?} of {}", promised.len());
    until("everybody had mail who was promised one", async || {
        let mails = sink.mails();
        promised.iter().all(|address| mails.contains_key(address)).then_some(())
    })
    .await;
    cluster.stop().await;
}

/// Work is done, now.
async fn mails_come(sink: &Sink) {
    let before = sink.mails().len();
    until("mails came", async || (sink.mails().len() > before + 3).then_some(())).await;
}

/// Comes back when every server has answered so.
async fn all_answer(cluster: &Cluster, op: &Client, status: u16) {
    for node in &cluster.nodes {
        let there = op.at(node.url());
        let answers = async || (there.get("/api/v1/tenants").await.status == status).then_some(());
        until(&format!("{} answered {status}", node.url()), answers).await;
    }
}

/// The addresses of everybody who has an account.
async fn addresses(op: &Client) -> BTreeSet<String> {
    let mut addresses = BTreeSet::new();
    let mut path = "/api/v1/admin/users?limit=100".to_owned();
    loop {
        let page = op.get(&path).await.expect(200).json();
        let users = page["data"].as_array().unwrap().iter();
        addresses.extend(users.map(|user| user["email"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { return addresses };
        path = format!("/api/v1/admin/users?limit=100&cursor={cursor}");
    }
}
