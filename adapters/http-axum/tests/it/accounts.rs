use serde_json::json;

use crate::world::{PASSWORD, World};

#[tokio::test]
async fn an_account_goes_from_registration_to_sign_out() {
    let world = World::new().await;
    let body = json!({ "email": "Ana@Example.com", "password": PASSWORD, "name": "Ana Pop" });
    let accepted = world.post("/api/v1/auth/register").json(&body).await.expect(202);
    assert_eq!(accepted.json(), json!({ "status": "accepted" }));
    let cookie = accepted.header("set-cookie");
    assert!(cookie.starts_with("__Host-saaskit_registration=") && cookie.contains("; Max-Age=86400;"));
    let cookie = cookie.split(';').next().unwrap();
    world.work().await;

    let log_in = || world.post("/api/v1/auth/login");
    let credentials = json!({ "email": "ana@example.com", "password": PASSWORD });
    assert_eq!(log_in().json(&credentials).await.expect(403).problem(), "EMAIL_UNVERIFIED");

    let token = world.mailed_token("Ana@Example.com").await;
    let verify = || world.post("/api/v1/auth/verify-email").header("cookie", cookie);
    verify().json(&json!({ "token": token })).await.expect(200);
    assert_eq!(verify().json(&json!({ "token": token })).await.expect(400).problem(), "TOKEN_INVALID");

    let answer = log_in().json(&credentials).await.expect(200);
    let tokens = answer.json();
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(900)));
    let access_token = tokens["access_token"].as_str().unwrap();
    let me = || world.get("/api/v1/auth/me").bearer(access_token).send();
    let shown = me().await.expect(200).json();
    assert!(shown["id"].as_str().unwrap().starts_with("usr_"));
    assert_eq!(
        shown,
        json!({
            "id": shown["id"],
            "email": "Ana@example.com",
            "name": "Ana Pop",
            "locale": "en",
            "email_verified": true,
            "super_admin": false,
            "created_at": "2100-01-01T00:00:00.000Z",
        })
    );

    let out = world.post("/api/v1/auth/logout").bearer(access_token).send().await.expect(204);
    assert_eq!(out.header("clear-site-data"), "\"cache\", \"storage\"");
    assert_eq!(out.body, "");
    assert_eq!(me().await.expect(401).problem(), "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_free_and_a_taken_address_get_the_same_answer() {
    let world = World::new().await;
    world.user("ana@example.com").await;
    let register = async |email: &str| {
        let body = json!({ "email": email, "password": PASSWORD });
        let answer =
            world.post("/api/v1/auth/register").header("x-request-id", "req-12345678").json(&body).await;
        let mut headers = answer.headers;
        headers.remove("ratelimit");
        assert_eq!(headers.remove("set-cookie").unwrap().len(), 126, "another secret each time");
        (answer.status, headers, answer.body)
    };
    assert_eq!(register("ana@example.com").await, register("bob@example.com").await);
}

#[tokio::test]
async fn a_wrong_address_and_a_wrong_password_get_the_same_answer() {
    let world = World::new().await;
    world.user("ana@example.com").await;
    let log_in = async |email: &str| {
        let body = json!({ "email": email, "password": "Wrong-horse-7" });
        let answer =
            world.post("/api/v1/auth/login").header("x-request-id", "req-12345678").json(&body).await;
        (answer.status, answer.header("www-authenticate").to_owned(), answer.body)
    };
    let wrong = log_in("ana@example.com").await;
    assert_eq!(wrong.0, 401);
    assert_eq!(wrong, log_in("nobody@example.com").await);
}

#[tokio::test]
async fn a_weak_password_is_told_every_rule_it_breaks() {
    let world = World::new().await;
    let body = json!({ "email": "ana@example.com", "password": "-" });
    let errors = world.post("/api/v1/auth/register").json(&body).await.expect(422).errors();
    let rules: Vec<&str> = errors
        .iter()
        .map(|(field, rule)| {
            assert_eq!(field, "password");
            rule.as_str()
        })
        .collect();
    assert_eq!(
        rules,
        ["PASSWORD_TOO_SHORT", "PASSWORD_NO_UPPERCASE", "PASSWORD_NO_LOWERCASE", "PASSWORD_NO_DIGIT"]
    );
}

#[tokio::test]
async fn asking_for_the_link_again_voids_the_earlier_one_and_tells_nothing() {
    let world = World::new().await;
    let first = world.register("ana@example.com").await;
    world.clock.advance(std::time::Duration::from_secs(1));
    for email in ["ana@example.com", "nobody@example.com"] {
        let answer =
            world.post("/api/v1/auth/verify-email/resend").json(&json!({ "email": email })).await.expect(202);
        assert_eq!(answer.json(), json!({ "status": "accepted" }));
    }
    world.work().await;
    let second = world.mailed_token("ana@example.com").await;
    assert_ne!(first, second);
    let verify =
        async |token: &str| world.post("/api/v1/auth/verify-email").json(&json!({ "token": token })).await;
    verify(&first).await.expect(400);
    verify(&second).await.expect(200);
}

#[tokio::test]
async fn elsewhere_than_where_it_was_chosen_a_password_does_not_count_and_a_new_one_is_set() {
    let world = World::new().await;
    let log_in = async |password: &str| {
        let body = json!({ "email": "ana@example.com", "password": password });
        world.post("/api/v1/auth/login").bypassing().json(&body).await
    };
    let token = world.register("ana@example.com").await;
    let verified = world.post("/api/v1/auth/verify-email").json(&json!({ "token": token })).await.expect(200);
    assert_eq!(verified.json()["status"], "verified");
    log_in(PASSWORD).await.expect(401);
    let set = json!({ "token": verified.json()["password_token"], "password": "Another-horse-8" });
    world.post("/api/v1/auth/password/reset").json(&set).await.expect(200);
    log_in("Another-horse-8").await.expect(200);
}

#[tokio::test]
async fn a_link_that_was_asked_for_again_goes_with_the_cookie_of_the_registration() {
    let world = World::new().await;
    let (_, cookie) = world.register_in_browser("ana@example.com").await;
    world.clock.advance(std::time::Duration::from_secs(1));
    let resend = world.post("/api/v1/auth/verify-email/resend").header("cookie", &cookie);
    resend.json(&json!({ "email": "ana@example.com" })).await.expect(202);
    world.work().await;
    let token = world.mailed_token("ana@example.com").await;
    let verify = world.post("/api/v1/auth/verify-email").header("cookie", &cookie);
    let verified = verify.json(&json!({ "token": token })).await.expect(200);
    assert_eq!(verified.json(), json!({ "status": "verified" }));
    world.log_in("ana@example.com").await;
}

#[tokio::test]
async fn the_first_operator_is_made_once() {
    let world = World::new().await;
    let token = world.auth.set_up_token().await.unwrap().unwrap();
    let body = |token: &str| json!({ "token": token, "email": "ops@example.com", "password": PASSWORD });
    let set_up = || world.post("/api/v1/auth/setup");
    assert_eq!(set_up().json(&body("wrong")).await.expect(400).problem(), "TOKEN_INVALID");
    assert_eq!(set_up().json(&body(token.expose())).await.expect(201).json(), json!({ "status": "created" }));
    assert_eq!(set_up().json(&body(token.expose())).await.expect(409).problem(), "ALREADY_SET_UP");
    let access_token = world.log_in("ops@example.com").await;
    let me = world.get("/api/v1/auth/me").bearer(&access_token).send().await.expect(200).json();
    assert_eq!((&me["super_admin"], &me["email_verified"]), (&json!(true), &json!(true)));
}

#[tokio::test]
async fn an_access_token_is_good_for_a_quarter_of_an_hour() {
    let world = World::new().await;
    let token = world.user("ana@example.com").await;
    let me = || world.get("/api/v1/auth/me").bearer(&token).send();
    world.clock.advance(std::time::Duration::from_secs(899));
    me().await.expect(200);
    world.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(me().await.expect(401).problem(), "TOKEN_EXPIRED");
}

#[tokio::test]
async fn the_keys_are_public_and_may_be_kept_for_a_while() {
    let world = World::new().await;
    let answer = world.get("/.well-known/jwks.json").send().await.expect(200);
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    let keys = answer.json();
    let key = &keys["keys"][0];
    assert_eq!((&key["use"], &key["alg"]), (&json!("sig"), &json!("EdDSA")));
    assert!(key.get("d").is_none());
}
