use std::time::Duration;

use serde_json::{Value, json};

use crate::world::{Answer, PASSWORD, PUBLIC_URL, World};

const ANA: &str = "ana@example.com";
const WRONG: &str = "Wrong-horse-7";
const SESSION: &str = "__Host-saaskit_session";

async fn log_in(world: &World, carrier: &str) -> Answer {
    let body = json!({ "email": ANA, "password": PASSWORD, "carrier": carrier });
    world.post("/api/v1/auth/login").bypassing().json(&body).await
}

async fn refresh(world: &World, token: &Value) -> Answer {
    world.post("/api/v1/auth/refresh").json(&json!({ "refresh_token": token })).await
}

/// The cookies an answer sets, each as `name=value`.
fn cookies(answer: &Answer) -> Vec<String> {
    let lines = answer.headers.get_all("set-cookie").iter();
    lines.map(|line| line.to_str().unwrap().split(';').next().unwrap().to_owned()).collect()
}

fn cookie<'a>(all: &'a [String], name: &str) -> &'a str {
    all.iter().find(|cookie| cookie.starts_with(&format!("{name}="))).unwrap()
}

#[tokio::test]
async fn a_session_by_tokens_goes_on_by_its_refresh_token_and_a_stolen_one_ends_it() {
    let world = World::new().await;
    world.user(ANA).await;
    let answer = log_in(&world, "tokens").await.expect(200);
    assert_eq!(cookies(&answer).len(), 1, "the browser is known again");
    let first = answer.json();
    assert_eq!(first["refresh_expires_in"], 14 * 24 * 60 * 60);
    let second = refresh(&world, &first["refresh_token"]).await.expect(200).json();
    let again = refresh(&world, &first["refresh_token"]).await.expect(200).json();
    assert_eq!(again["refresh_token"], second["refresh_token"]);
    let third = refresh(&world, &second["refresh_token"]).await.expect(200).json();
    world.get("/api/v1/auth/me").bearer(third["access_token"].as_str().unwrap()).send().await.expect(200);

    world.clock.advance(Duration::from_secs(11));
    let reused = refresh(&world, &first["refresh_token"]).await.expect(401);
    assert!(cookies(&reused).is_empty());
    assert_eq!(reused.problem(), "REFRESH_REUSED");
    assert_eq!(refresh(&world, &third["refresh_token"]).await.expect(401).problem(), "REFRESH_INVALID");
    assert_eq!(refresh(&world, &json!("nonsense")).await.expect(401).problem(), "REFRESH_INVALID");
    let me = world.get("/api/v1/auth/me").bearer(third["access_token"].as_str().unwrap()).send().await;
    assert_eq!(me.expect(401).problem(), "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_session_is_refreshed_a_hundred_and_twenty_times_a_minute_at_most() {
    let world = World::new().await;
    world.user(ANA).await;
    let mut token = log_in(&world, "tokens").await.expect(200).json()["refresh_token"].clone();
    for _ in 0..120 {
        token = refresh(&world, &token).await.expect(200).json()["refresh_token"].clone();
    }
    assert_eq!(refresh(&world, &token).await.expect(429).problem(), "RATE_LIMITED");
    let other = log_in(&world, "tokens").await.expect(200).json()["refresh_token"].clone();
    refresh(&world, &other).await.expect(200);
}

#[tokio::test]
async fn a_browser_carries_its_session_in_a_cookie_and_proves_its_changes() {
    let world = World::new().await;
    world.user(ANA).await;
    let answer = log_in(&world, "cookie").await.expect(200);
    let set = cookies(&answer);
    let session = cookie(&set, "__Host-saaskit_session");
    let body = answer.json();
    assert!(body.get("access_token").is_none() && body.get("refresh_token").is_none());
    assert!(body["csrf_token"].is_string());
    let me = || world.get("/api/v1/auth/me").header("cookie", session).send();
    let shown = me().await.expect(200).json();
    let csrf = shown["csrf_token"].as_str().unwrap();

    let out = || world.post("/api/v1/auth/logout").header("cookie", session).header("origin", PUBLIC_URL);
    out().send().await.expect(403);
    let done = out().header("x-csrf-token", csrf).send().await.expect(204);
    assert!(cookies(&done).contains(&"__Host-saaskit_session=".to_owned()));
    let refused = me().await.expect(401);
    assert!(cookies(&refused).is_empty(), "a refusal takes no cookie");
}

#[tokio::test]
async fn what_a_browsers_session_gains_goes_on_by_another_cookie_and_proof() {
    let world = World::new().await;
    let token = world.user(ANA).await;
    let tenant = world.tenant(&token, "acme").await;
    let signed_in = log_in(&world, "cookie").await.expect(200);
    let mut session = cookie(&cookies(&signed_in), SESSION).to_owned();
    let mut csrf = signed_in.json()["csrf_token"].as_str().unwrap().to_owned();
    let me = async |session: &str| world.get("/api/v1/auth/me").header("cookie", session).send().await;
    let step_up = json!({ "password": PASSWORD });
    let change = json!({ "current_password": PASSWORD, "password": "Another-horse-8" });
    for (method, path, body) in [
        ("POST", "/api/v1/auth/step-up", &step_up),
        ("POST", &*format!("/api/v1/tenants/{tenant}/enter"), &Value::Null),
        ("POST", "/api/v1/auth/leave-tenant", &Value::Null),
        ("DELETE", "/api/v1/sessions", &Value::Null),
        ("POST", "/api/v1/users/password/change", &change),
    ] {
        let ask = world.ask(method, path).bypassing().header("cookie", &session);
        let ask = ask.header("origin", PUBLIC_URL).header("x-csrf-token", &csrf);
        let answer = if body.is_null() { ask.send().await } else { ask.json(body).await }.expect(200);
        let before = std::mem::replace(&mut session, cookie(&cookies(&answer), SESSION).to_owned());
        let shown = answer.json();
        assert_eq!(shown["access_token"], Value::Null, "{path}");
        csrf = shown["csrf_token"].as_str().unwrap().to_owned();
        let refused = me(&before).await.expect(401);
        assert!(cookies(&refused).is_empty(), "a refusal takes no cookie: {path}");
        me(&session).await.expect(200);
    }
}

#[tokio::test]
async fn a_browser_that_signs_in_again_leaves_no_session_behind() {
    let world = World::new().await;
    world.user(ANA).await;
    let before = cookie(&cookies(&log_in(&world, "cookie").await.expect(200)), SESSION).to_owned();
    let body = json!({ "email": ANA, "password": PASSWORD, "carrier": "cookie" });
    let again = world.post("/api/v1/auth/login").bypassing().header("cookie", &before);
    let again = again.json(&body).await.expect(200);
    let me = async |session: &str| world.get("/api/v1/auth/me").header("cookie", session).send().await;
    me(&before).await.expect(401);
    me(cookie(&cookies(&again), SESSION)).await.expect(200);
}

#[tokio::test]
async fn a_locked_account_opens_by_the_link_that_was_mailed_and_on_its_own_browser_all_the_time() {
    let world = World::new().await;
    world.user(ANA).await;
    let known = log_in(&world, "tokens").await.expect(200);
    let device = cookies(&known).remove(0);
    world.clock.advance(Duration::from_secs(1));
    let body = |password: &str| json!({ "email": ANA, "password": password });
    for _ in 0..5 {
        world.post("/api/v1/auth/login").bypassing().json(&body(WRONG)).await.expect(401);
    }
    world.post("/api/v1/auth/login").bypassing().json(&body(PASSWORD)).await.expect(401);
    let own = world.post("/api/v1/auth/login").bypassing().header("cookie", &device);
    own.json(&body(PASSWORD)).await.expect(200);

    world.work().await;
    let token = world.mailed_token(ANA).await;
    let page = world.get(&format!("/unlock?token={token}")).send().await.expect(200);
    assert!(page.body.contains(&token) && page.body.contains("action=\"/unlock\""));
    world.post("/api/v1/auth/login").bypassing().json(&body(PASSWORD)).await.expect(401);
    let form = format!("token={token}");
    world.post("/unlock").header("origin", PUBLIC_URL).form(&form).await.expect(200);
    world.post("/api/v1/auth/login").bypassing().json(&body(PASSWORD)).await.expect(200);
    let again = world.post("/api/v1/auth/unlock").json(&json!({ "token": token })).await;
    assert_eq!(again.expect(400).problem(), "TOKEN_INVALID");
}

#[tokio::test]
async fn sessions_are_listed_and_ended_after_a_recent_proof() {
    let world = World::new().await;
    let own = world.user(ANA).await;
    let other = world.log_in(ANA).await;
    let list = |token: String| {
        let asked = world.get("/api/v1/sessions").bearer(&token).send();
        async move { asked.await.expect(200).json()["data"].as_array().unwrap().clone() }
    };
    let listed = list(own.clone()).await;
    assert_eq!(listed.iter().map(|session| &session["current"]).collect::<Vec<_>>(), [false, true]);
    assert_eq!(listed[0]["place"], "London, GB");
    let id = listed[0]["id"].as_str().unwrap();

    world.clock.advance(Duration::from_secs(301));
    let end = |token: &str| world.ask("DELETE", &format!("/api/v1/sessions/{id}")).bearer(token).send();
    let refused = end(&own).await.expect(401);
    assert_eq!(refused.json()["accepts"], json!(["password"]));
    assert_eq!(refused.problem(), "STEP_UP_REQUIRED");
    let step_up = |password: &str| {
        let body = json!({ "password": password });
        let ask = world.post("/api/v1/auth/step-up").bearer(&own);
        async move { ask.json(&body).await }
    };
    assert_eq!(step_up(WRONG).await.expect(401).problem(), "CREDENTIALS_INVALID");
    let proved = step_up(PASSWORD).await.expect(200).json()["access_token"].as_str().unwrap().to_owned();
    end(&proved).await.expect(204);
    assert_eq!(end(&proved).await.expect(404).problem(), "SESSION_NOT_FOUND");
    world.get("/api/v1/auth/me").bearer(&other).send().await.expect(401);

    world.log_in(ANA).await;
    let fresh = world.ask("DELETE", "/api/v1/sessions").bearer(&proved).send().await.expect(200).json();
    let fresh = fresh["access_token"].as_str().unwrap().to_owned();
    assert_eq!(list(fresh).await.len(), 1);
    for path in ["nonsense", "ses_01h455vb4pex5vsknk084sn02q", "usr_01h455vb4pex5vsknk084sn02q"] {
        let answer =
            world.ask("DELETE", &format!("/api/v1/sessions/{path}")).bearer(&world.log_in(ANA).await);
        assert_eq!(answer.send().await.expect(404).problem(), "SESSION_NOT_FOUND");
    }
}

#[tokio::test]
async fn a_session_acts_in_a_workspace_it_may_enter_until_it_leaves_it() {
    let world = World::new().await;
    let own = world.user(ANA).await;
    let stranger = world.user("eva@example.com").await;
    let tenant = world.tenant(&own, "acme").await;
    let enter = |token: &str| world.post(&format!("/api/v1/tenants/{tenant}/enter")).bearer(token).send();
    enter(&stranger).await.expect(404);
    let inside = enter(&own).await.expect(200).json()["access_token"].as_str().unwrap().to_owned();
    let acts_in = |token: &str| {
        let asked = world.get("/api/v1/sessions").bearer(token).send();
        async move {
            let list = asked.await.expect(200).json();
            let own = list["data"].as_array().unwrap().iter().find(|session| session["current"] == true);
            own.unwrap()["tenant"].clone()
        }
    };
    assert_eq!(acts_in(&inside).await, json!(tenant));
    let out = world.post("/api/v1/auth/leave-tenant").bearer(&inside).send().await.expect(200).json();
    assert_eq!(acts_in(out["access_token"].as_str().unwrap()).await, Value::Null);
}
