//! What one server grants, all know.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use reqwest::Method;
use saaskit_cluster::Cluster;
use saaskit_journeys::{Engine, PASSWORD, World};
use saaskit_peers::RedisServer;
use serde_json::json;

super::on_every_server! {
    who_signed_in_on_one_server_is_known_on_all_and_on_one_that_comes_later
    a_hundred_refreshes_over_three_servers_make_one_next_token
}

async fn who_signed_in_on_one_server_is_known_on_all_and_on_one_that_comes_later(engine: Engine) {
    let redis = RedisServer::start(&[]).unwrap();
    let world = World::new(engine).await.with("REDIS_URL", &redis.url());
    let mut cluster = Cluster::of(world, 3).await;
    let ana = cluster.nodes[0].client().become_user("ana@example.org").await;
    cluster.join().await;
    let keys = ana.get("/.well-known/jwks.json").await.expect(200).json();
    let body = json!({"email": "ana@example.org", "password": PASSWORD, "carrier": "cookie"});
    let browser = ana.post("/api/v1/auth/login", body).await.expect(200);
    let cookies = browser.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap());
    let cookies: Vec<&str> = cookies.map(|line| line.split(';').next().unwrap()).collect();
    for there in cluster.elsewhere(&ana) {
        let _ = there.get("/api/v1/auth/me").await.expect(200);
        let nobody = saaskit_journeys::Client::of(there.url());
        let page = nobody.request(Method::GET, "/api/v1/auth/me").header("cookie", cookies.join("; "));
        let _ = nobody.send(page).await.expect(200);
        assert_eq!(there.get("/.well-known/jwks.json").await.expect(200).json(), keys);
        let signed_in_there = there.bearing(&there.log_in("ana@example.org", PASSWORD).await.expect(200));
        let _ = signed_in_there.at(ana.url()).get("/api/v1/auth/me").await.expect(200);
    }
    cluster.stop().await;
}

async fn a_hundred_refreshes_over_three_servers_make_one_next_token(engine: Engine) {
    let redis = RedisServer::start(&[]).unwrap();
    let world = World::new(engine).await.with("REDIS_URL", &redis.url());
    let cluster = Cluster::of(world, 3).await;
    let ana = cluster.nodes[0].client().become_user("ana@example.org").await;
    let front = cluster.front();
    let token = ana.log_in("ana@example.org", PASSWORD).await.expect(200).json()["refresh_token"].clone();
    let refresh = async |token: &serde_json::Value| {
        let body = json!({ "refresh_token": token });
        let request = |person: &saaskit_journeys::Client| {
            person.request(Method::POST, "/api/v1/auth/refresh").json(&body)
        };
        front.send(&ana, request).await.unwrap().expect(200)
    };
    let answers = join_all((0..100).map(|_| refresh(&token))).await;
    let next: BTreeSet<String> =
        answers.iter().map(|answer| answer.json()["refresh_token"].as_str().unwrap().to_owned()).collect();
    assert_eq!(next.len(), 1, "no fork");
    for answer in answers.iter().take(3) {
        for there in cluster.elsewhere(&ana.bearing(answer)) {
            let _ = there.get("/api/v1/auth/me").await.expect(200);
        }
    }
    let next = json!(next.first().unwrap());
    let _ = refresh(&next).await;
    cluster.stop().await;
}
