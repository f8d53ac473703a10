use std::time::Duration;

use saaskit_tenants::Role;
use serde_json::json;

use crate::members::{join, me};
use crate::world::{PASSWORD, World};

const ANA: &str = "ana@example.com";
const NEW: &str = "Another-horse-8";

fn page(world: &World, path: &str) -> crate::world::Ask {
    world.post(path).header("sec-fetch-site", "same-origin").header("origin", "null")
}

/// Does the work; its mails are newer than those before.
async fn work(world: &World) {
    world.clock.advance(Duration::from_secs(1));
    world.work().await;
}

async fn forgot(world: &World, email: &str) -> String {
    let answer =
        world.post("/api/v1/auth/password/forgot").json(&json!({ "email": email })).await.expect(202);
    work(world).await;
    answer.body
}

#[tokio::test]
async fn a_forgotten_password_is_set_again_by_the_mailed_link() {
    let world = World::new().await;
    let access = world.user(ANA).await;
    assert_eq!(forgot(&world, ANA).await, forgot(&world, "nobody@example.com").await);
    let token = world.mailed_token(ANA).await;
    let reset = async |password: &str| {
        let body = json!({ "token": token, "password": password });
        world.post("/api/v1/auth/password/reset").json(&body).await
    };
    assert_eq!(
        reset("Short-1").await.expect(422).errors(),
        [("password".into(), "PASSWORD_TOO_SHORT".into())]
    );
    let done = reset(NEW).await.expect(200);
    assert_eq!(done.json(), json!({ "status": "reset" }), "nobody is signed in by it");
    assert!(done.headers.get("set-cookie").is_none());
    assert_eq!(reset(NEW).await.expect(400).problem(), "TOKEN_INVALID");
    world.get("/api/v1/auth/me").bearer(&access).send().await.expect(401);
    let credentials = json!({ "email": ANA, "password": NEW });
    world.post("/api/v1/auth/login").json(&credentials).await.expect(200);
}

#[tokio::test]
async fn the_page_of_the_link_shows_the_rules_and_keeps_the_token_when_a_password_is_refused() {
    let world = World::new().await;
    world.user(ANA).await;
    forgot(&world, ANA).await;
    let token = world.mailed_token(ANA).await;
    let opened = world.get(&format!("/reset-password?token={token}")).send().await.expect(200);
    assert!(opened.body.contains("At least 8 characters") && opened.body.contains(&token));
    let refused =
        page(&world, "/reset-password").form(&format!("token={token}&password=x")).await.expect(422);
    assert!(refused.body.contains("an upper-case letter is missing") && refused.body.contains(&token));
    assert!(!refused.body.contains("value=\"x\""), "a password is never shown again");
    let form = format!("token={token}&password={NEW}");
    page(&world, "/reset-password").form(&form).await.expect(200);
    page(&world, "/reset-password").form(&form).await.expect(400);
}

#[tokio::test]
async fn resets_are_asked_for_three_times_an_hour_an_account() {
    let world = World::new().await;
    for _ in 0..3 {
        forgot(&world, ANA).await;
    }
    let again = json!({ "email": " ANA@example.com" });
    world.post("/api/v1/auth/password/forgot").json(&again).await.expect(429);
    forgot(&world, "eva@example.com").await;
}

#[tokio::test]
async fn a_password_is_changed_by_the_current_one_and_the_session_goes_on() {
    let world = World::new().await;
    let access = world.user(ANA).await;
    let change = async |current: &str| {
        let body = json!({ "current_password": current, "password": NEW });
        world.post("/api/v1/users/password/change").bearer(&access).json(&body).await
    };
    assert_eq!(change("Wrong-horse-7").await.expect(401).problem(), "CREDENTIALS_INVALID");
    let fresh = change(PASSWORD).await.expect(200).json();
    world.get("/api/v1/auth/me").bearer(&access).send().await.expect(401);
    let fresh = fresh["access_token"].as_str().unwrap();
    world.get("/api/v1/auth/me").bearer(fresh).send().await.expect(200);
}

#[tokio::test]
async fn a_profile_is_changed_only_in_the_version_that_was_seen() {
    let world = World::new().await;
    let access = world.user(ANA).await;
    let shown = world.get("/api/v1/users/profile").bearer(&access).send().await.expect(200);
    assert_eq!(shown.json(), json!({ "name": "Ana Pop", "locale": "en" }));
    let tag = shown.header("etag").to_owned();
    let put = async |name: &str| {
        let ask = world.ask("PUT", "/api/v1/users/profile").bearer(&access).header("if-match", &tag);
        ask.json(&json!({ "name": name, "locale": "de" })).await
    };
    assert_eq!(put("Ana").await.expect(200).json(), json!({ "name": "Ana", "locale": "de" }));
    assert_eq!(put("Eva").await.expect(412).problem(), "PRECONDITION_FAILED");
    let me = world.get("/api/v1/auth/me").bearer(&access).send().await.expect(200).json();
    assert_eq!((&me["name"], &me["locale"]), (&json!("Ana"), &json!("de")));
}

#[tokio::test]
async fn an_account_moves_to_a_new_address_and_back_by_the_pages_of_the_mails() {
    let world = World::new().await;
    let access = world.user(ANA).await;
    let ask = || world.post("/api/v1/users/email/change").bearer(&access);
    ask().json(&json!({ "email": "ana@example.net" })).await.expect(202);
    work(&world).await;
    let token = world.mailed_token("ana@example.net").await;
    let opened = world.get(&format!("/confirm-email?token={token}")).send().await.expect(200);
    assert!(opened.body.contains(&token));
    page(&world, "/confirm-email").form(&format!("token={token}")).await.expect(200);
    work(&world).await;
    let me = world.get("/api/v1/auth/me").bearer(&access).send().await.expect(200).json();
    assert_eq!(me["email"], "ana@example.net");

    let back = world.mailed_token(ANA).await;
    world.get(&format!("/undo-email?token={back}")).send().await.expect(200);
    page(&world, "/undo-email").form(&format!("token={back}")).await.expect(200);
    world.get("/api/v1/auth/me").bearer(&access).send().await.expect(401);
    work(&world).await;
    let body = json!({ "token": world.mailed_token(ANA).await, "password": NEW });
    world.post("/api/v1/auth/password/reset").json(&body).await.expect(200);
}

#[tokio::test]
async fn what_could_take_an_account_away_needs_a_recent_proof() {
    let world = World::new().await;
    let access = world.user(ANA).await;
    world.clock.advance(Duration::from_secs(301));
    let moved = world.post("/api/v1/users/email/change").bearer(&access);
    let moved = moved.json(&json!({ "email": "ana@example.net" })).await.expect(401);
    assert_eq!(moved.problem(), "STEP_UP_REQUIRED");
    let deleted = world.ask("DELETE", "/api/v1/users/account").bearer(&access).send().await.expect(401);
    assert_eq!(deleted.problem(), "STEP_UP_REQUIRED");
}

#[tokio::test]
async fn an_owner_takes_everything_along_and_deletes_the_account() {
    let world = World::new().await;
    let access = world.user(ANA).await;
    let tenant = world.tenant(&world.user("bob@example.com").await, "acme").await;
    join(&world, &tenant, &me(&world, &access).await, Role::Member).await;
    let all = world.get("/api/v1/users/export").bearer(&access).send().await.expect(200);
    assert!(all.header("content-disposition").starts_with("attachment"));
    let all = all.json();
    assert_eq!((&all["account"]["email"], &all["memberships"][0]["tenant"]), (&json!(ANA), &json!(tenant)));
    assert!(!all.to_string().contains("$argon2"));

    world.ask("DELETE", "/api/v1/users/account").bearer(&access).send().await.expect(204);
    world.get("/api/v1/auth/me").bearer(&access).send().await.expect(401);
    let credentials = json!({ "email": ANA, "password": PASSWORD });
    let answer = world.post("/api/v1/auth/login").json(&credentials).await.expect(403);
    assert_eq!(answer.problem(), "ACCOUNT_DELETED");
}
