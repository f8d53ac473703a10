use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::Method;
use saaskit_journeys::{Answer, Client, Engine, PASSWORD, World, until};
use serde_json::json;

super::on_every_engine! {
    a_hundred_refreshes_at_once_make_one_next_token_and_all_go_on
    a_stolen_refresh_token_ends_its_session_on_every_node_and_tells_its_owner
    a_browser_signs_in_acts_and_signs_out_by_its_cookie
}

async fn refresh_token(client: &Client, email: &str) -> String {
    let answer = client.log_in(email, PASSWORD).await.expect(200);
    answer.json()["refresh_token"].as_str().unwrap().to_owned()
}

async fn a_hundred_refreshes_at_once_make_one_next_token_and_all_go_on(engine: Engine) {
    let world = World::new(engine).await;
    let server = world.serve().await;
    let client = server.client();
    let _ = client.become_user("ana@example.org").await;
    let token = refresh_token(&client, "ana@example.org").await;
    let asked = (0..100).map(|_| {
        let (client, body) = (client.clone(), json!({"refresh_token": token}));
        tokio::spawn(async move { client.post("/api/v1/auth/refresh", body).await })
    });
    let asked: Vec<_> = asked.collect();
    let mut next = BTreeSet::new();
    for answer in asked {
        let answer = answer.await.unwrap().expect(200);
        let _ = client.bearing(&answer).get("/api/v1/auth/me").await.expect(200);
        next.insert(answer.json()["refresh_token"].as_str().unwrap().to_owned());
    }
    assert_eq!(next.len(), 1, "no fork");
    let next = next.first().unwrap();
    let _ = client.post("/api/v1/auth/refresh", json!({"refresh_token": next})).await.expect(200);
    server.stop().await;
}

async fn a_stolen_refresh_token_ends_its_session_on_every_node_and_tells_its_owner(engine: Engine) {
    let world = World::new(engine).await;
    let (one, other) = (world.serve().await, world.serve().await);
    let client = one.client();
    let _ = client.become_user("ana@example.org").await;
    let stolen = refresh_token(&client, "ana@example.org").await;
    let refresh = async |token: &str| {
        let answer = client.post("/api/v1/auth/refresh", json!({"refresh_token": token})).await;
        let token = answer.json()["refresh_token"].as_str().map(str::to_owned);
        (answer, token)
    };
    let second = refresh(&stolen).await.1.unwrap();
    let (third, _) = refresh(&second).await;
    let there = other.client().bearing(&third.expect(200));
    let _ = there.get("/api/v1/auth/me").await.expect(200);

    tokio::time::sleep(Duration::from_millis(10_100)).await;
    let _ = refresh(&stolen).await.0.expect_problem(401, "REFRESH_REUSED");
    let noticed = tokio::time::timeout(
        Duration::from_secs(1),
        until("the other node knew", async || {
            (there.get("/api/v1/auth/me").await.status == 401).then_some(())
        }),
    );
    noticed.await.expect("within a second");
    until("its owner had mail", async || {
        let mails = client.outbox().await;
        mails.into_iter().find(|mail| mail.to == "ana@example.org" && !mail.text.contains("?token="))
    })
    .await;
    one.stop().await;
    other.stop().await;
}

/// What a browser sends back of the cookies it was given.
fn kept(answer: &Answer) -> String {
    let lines = answer.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap());
    lines.map(|line| line.split(';').next().unwrap()).collect::<Vec<_>>().join("; ")
}

/// What its changes carry beside them.
fn proof(answer: &Answer) -> String {
    answer.json()["csrf_token"].as_str().unwrap().to_owned()
}

async fn a_browser_signs_in_acts_and_signs_out_by_its_cookie(engine: Engine) {
    let world = World::new(engine).await;
    let server = world.serve().await;
    let client = server.client();
    let _ = client.become_user("ana@example.org").await;
    let body = json!({"email": "ana@example.org", "password": PASSWORD, "carrier": "cookie"});
    let answer = client.post("/api/v1/auth/login", body).await.expect(200);
    let (cookies, csrf) = (kept(&answer), proof(&answer));
    let ask = |method, path, cookies: &str| client.request(method, path).header("cookie", cookies);
    let change =
        |path, cookies: &str| ask(Method::POST, path, cookies).header("origin", "http://localhost:8080");
    let _ = client.send(ask(Method::GET, "/api/v1/auth/me", &cookies)).await.expect(200);
    let acme = json!({"name": "Acme", "slug": "acme"});
    let _ = client.send(change("/api/v1/tenants", &cookies).json(&acme)).await.expect(403);
    let made = change("/api/v1/tenants", &cookies).header("x-csrf-token", &csrf);
    let made = client.send(made.json(&acme)).await.expect(201);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let enter = format!("/api/v1/tenants/{id}/enter");
    let entered = client.send(change(&enter, &cookies).header("x-csrf-token", &csrf)).await.expect(200);
    let _ = client.send(ask(Method::GET, "/api/v1/auth/me", &cookies)).await.expect(401);
    let (cookies, csrf) = (kept(&entered), proof(&entered));
    let sessions = client.send(ask(Method::GET, "/api/v1/sessions", &cookies)).await.expect(200).json();
    assert_eq!(sessions["data"][0]["tenant"], id);
    let out = change("/api/v1/auth/logout", &cookies).header("x-csrf-token", &csrf);
    let _ = client.send(out).await.expect(204);
    let _ = client.send(ask(Method::GET, "/api/v1/auth/me", &cookies)).await.expect(401);
    server.stop().await;
}
