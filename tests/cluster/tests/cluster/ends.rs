//! What ends on one server ends on the others within a second, whatever becomes of Redis.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use saaskit_cluster::{Cluster, now, often, say};
use saaskit_journeys::{Client, Engine, PASSWORD, World, until};
use saaskit_peers::RedisServer;
use serde_json::{Value, json};

use crate::membership::Membership;

super::on_every_server! {
    what_ends_on_one_server_ends_on_the_others_within_a_second
    what_ends_on_one_server_ends_on_the_others_within_a_second_while_redis_is_dead
    what_ends_on_one_server_ends_on_the_others_within_a_second_while_redis_is_silent
}

/// Whoever asks so long after something was ended is told so.
const BOUND: Duration = Duration::from_secs(1);
/// What is shown to whoever is believed, without a look at the account.
const SEEN: &str = "/api/v1/tenants";

async fn what_ends_on_one_server_ends_on_the_others_within_a_second(engine: Engine) {
    everything_ends(engine, "up", |_| ()).await;
}

async fn what_ends_on_one_server_ends_on_the_others_within_a_second_while_redis_is_dead(engine: Engine) {
    everything_ends(engine, "dead", |redis| redis.kill().unwrap()).await;
}

async fn what_ends_on_one_server_ends_on_the_others_within_a_second_while_redis_is_silent(engine: Engine) {
    everything_ends(engine, "silent", |redis| redis.pause().unwrap()).await;
}

/// `befalls` Redis just before the first thing ends.
async fn everything_ends(engine: Engine, redis_is: &str, befalls: impl FnOnce(&mut RedisServer)) {
    let mut redis = RedisServer::start(&[]).unwrap();
    let database = engine.make().await.unwrap();
    let world = World::new(Engine::Sqlite).await.with("DATABASE_URL", &database);
    let cluster = Cluster::of(world.with("REDIS_URL", &redis.url()), 3).await;
    let here = &cluster.nodes[0];
    let op = here.client().become_operator(&here.set_up_token(), "op@example.org").await;
    let ana = here.client().become_user("ana@example.org").await;
    let membership = Membership::make(&database, &here.client()).await;
    befalls(&mut redis);

    let told = |what: &str| format!("{engine:?}, Redis {redis_is}: after {what}, on the others");
    say(&told("the end of a session"), sessions_end(&cluster, &ana).await);
    if let Some(membership) = &membership {
        let end = async || membership.remove().await;
        say(&told("the end of a membership"), ends(&cluster, membership.shown(), end, 404).await);
    }
    let operated = Operated::by(&op, &ana).await;
    operated.give(&["users:read"]).await;
    let end = async || operated.give(&[]).await;
    say(&told("the end of a role"), ends(&cluster, (&ana, "/api/v1/admin/users"), end, 403).await);
    let end = async || operated.lock().await;
    say(&told("the end of an account"), ends(&cluster, (&ana, SEEN), end, 401).await);
    cluster.stop().await;
}

async fn sessions_end(cluster: &Cluster, ana: &Client) -> Vec<Duration> {
    let mut waits = Vec::new();
    for _ in 0..often("SAASKIT_TRIALS", 3) {
        let session = ana.bearing(&ana.log_in("ana@example.org", PASSWORD).await.expect(200));
        let end = async || drop(session.post("/api/v1/auth/logout", json!({})).await.expect(204));
        waits.extend(ends(cluster, (&session, SEEN), end, 401).await);
    }
    waits
}

/// What is shown to somebody on every other server is ended by `end`: for how long each of the others still showed it.
async fn ends(
    cluster: &Cluster,
    (person, path): (&Client, &str),
    end: impl AsyncFnOnce(),
    refused: u16,
) -> Vec<Duration> {
    let others = cluster.elsewhere(person);
    for there in &others {
        until(&format!("{path} was there"), async || (there.get(path).await.status == 200).then_some(()))
            .await;
    }
    end().await;
    let ended = now();
    let waits = others.iter().map(|there| async move {
        loop {
            let asked = ended.elapsed();
            let answer = there.get(path).await;
            if answer.status == refused {
                return ended.elapsed();
            }
            assert!(answer.status == 200 && asked < BOUND, "{path} {asked:?} after it ended: {answer:?}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    });
    join_all(waits).await
}

/// Somebody's account, as who operates the installation has it.
struct Operated<'a> {
    op: &'a Client,
    path: String,
}

impl<'a> Operated<'a> {
    async fn by(op: &'a Client, person: &Client) -> Self {
        let me = person.get("/api/v1/auth/me").await.expect(200).json();
        Self { op, path: format!("/api/v1/admin/users/{}", me["id"].as_str().unwrap()) }
    }

    /// Gives a role that may do just that, or none, and takes all others.
    async fn give(&self, permissions: &[&str]) {
        let mut roles = Vec::new();
        if !permissions.is_empty() {
            let role = json!({"name": "Readers", "permissions": permissions});
            roles.push(self.op.post("/api/v1/admin/roles", role).await.expect(201).json()["id"].clone());
        }
        self.put("roles", json!({ "roles": roles })).await;
    }

    async fn lock(&self) {
        self.put("lock", json!({"reason": "by ticket 7"})).await;
    }

    async fn put(&self, what: &str, body: Value) {
        let request = self.op.request(Method::PUT, &format!("{}/{what}", self.path)).json(&body);
        let _ = self.op.send(request).await.expect(200);
    }
}
