use std::time::Duration;

use saaskit_gateway::{Limit, Limits, TrustedProxies};
use saaskit_http_axum::{PublicUrl, Settings};
use saaskit_kernel::Bucket;
use serde_json::json;

use crate::world::{PASSWORD, PUBLIC_URL, Plan, World};

fn limits(limit: Limit, capacity: u32, seconds: u64) -> Plan {
    let limits = Limits::default().with(limit, Bucket::new(capacity, Duration::from_secs(seconds))).unwrap();
    Plan { limits, ..Plan::default() }
}

#[tokio::test]
async fn an_answer_says_where_one_stands_with_the_limits() {
    let world = World::new().await;
    let token = world.user("ana@example.com").await;
    let answer = world.get("/api/v1/auth/me").bearer(&token).send().await.expect(200);
    assert_eq!(answer.header("ratelimit-policy"), "\"ip\";q=1200;w=60, \"reads\";q=300;w=60");
    assert_eq!(answer.header("ratelimit"), "\"ip\";r=1199;t=1, \"reads\";r=299;t=1");
}

#[tokio::test]
async fn a_refusal_says_when_to_come_again_and_that_is_true() {
    let world = World::with(limits(Limit::Ip, 2, 60)).await;
    let ask = || world.get("/api/v1/auth/me").send();
    ask().await.expect(401);
    ask().await.expect(401);
    let refused = ask().await.expect(429);
    assert_eq!(refused.problem(), "RATE_LIMITED");
    assert_eq!(refused.header("retry-after"), "30");
    assert_eq!(refused.header("ratelimit-policy"), "\"ip\";q=2;w=60");
    assert_eq!(refused.header("ratelimit"), "\"ip\";r=0;t=30");
    assert_eq!(refused.json()["violated-policies"], json!(["ip"]));
    world.clock.advance(Duration::from_secs(29));
    ask().await.expect(429);
    world.clock.advance(Duration::from_secs(1));
    ask().await.expect(401);
}

#[tokio::test]
async fn sign_in_is_limited_by_account_and_address_and_by_address() {
    let world = World::new().await;
    let log_in = |email: &str, peer: &str| {
        let body = json!({ "email": email, "password": "Wrong-horse-7" });
        let ask = world.post("/api/v1/auth/login").peer(peer);
        async move { ask.json(&body).await }
    };
    for _ in 0..5 {
        log_in("ana@example.com", "192.0.2.1").await.expect(401);
    }
    let refused = log_in(" ANA@Example.com ", "192.0.2.1").await.expect(429);
    assert_eq!(
        refused.header("ratelimit"),
        "\"ip\";r=1194;t=1, \"login-ip\";r=24;t=180, \"login\";r=0;t=180"
    );
    assert_eq!(refused.header("retry-after"), "180");
    log_in("ana@example.com", "192.0.2.2").await.expect(401);
    for account in 0..24 {
        log_in(&format!("user{account}@example.com"), "192.0.2.1").await.expect(401);
    }
    let refused = log_in("zoe@example.com", "192.0.2.1").await.expect(429);
    assert!(refused.header("ratelimit-policy").starts_with("\"login-ip\";q=30;w=900"));
}

#[tokio::test]
async fn a_limit_that_the_body_draws_shows_where_one_stands_before_it_is_reached() {
    let world = World::new().await;
    let whose = json!({ "email": "ana@example.com" });
    let forgot = world.post("/api/v1/auth/password/forgot").json(&whose).await.expect(202);
    assert!(forgot.header("ratelimit").ends_with(", \"forgot\";r=2;t=1200"), "{forgot:?}");
    assert!(forgot.header("ratelimit-policy").ends_with(", \"forgot\";q=3;w=3600"), "{forgot:?}");
    assert!(forgot.json().get("violated-policies").is_none());
    let body = json!({ "email": "ana@example.com", "password": "Wrong-horse-7" });
    let refused = world.post("/api/v1/auth/login").json(&body).await.expect(401);
    assert!(refused.header("ratelimit").ends_with(", \"login\";r=4;t=180"), "{refused:?}");
    assert!(refused.json().get("violated-policies").is_none());
}

#[tokio::test]
async fn sign_up_and_asking_for_the_link_again_are_limited() {
    let world = World::new().await;
    for at in 0..5 {
        let body = json!({ "email": format!("user{at}@example.com"), "password": "Correct-horse-7" });
        world.post("/api/v1/auth/register").json(&body).await.expect(202);
    }
    let body = json!({ "email": "user5@example.com", "password": "Correct-horse-7" });
    assert_eq!(
        world.post("/api/v1/auth/register").json(&body).await.expect(429).header("retry-after"),
        "720"
    );

    let resend = |peer: &str| {
        let ask = world.post("/api/v1/auth/verify-email/resend").peer(peer);
        async move { ask.json(&json!({ "email": "user0@example.com" })).await }
    };
    for peer in ["192.0.2.1", "192.0.2.2", "192.0.2.3"] {
        resend(peer).await.expect(202);
    }
    resend("192.0.2.4").await.expect(429);
}

#[tokio::test]
async fn a_limit_refuses_before_the_body_is_read() {
    let world = World::with(limits(Limit::SignUp, 1, 3600)).await;
    let broken = || world.post("/api/v1/auth/register").header("content-type", "application/json").body("{");
    broken().await.expect(400);
    broken().await.expect(429);
}

#[tokio::test]
async fn unknown_paths_and_methods_are_counted_and_probes_are_not() {
    let world = World::with(limits(Limit::Ip, 1, 60)).await;
    world.get("/wp-admin").send().await.expect(404);
    world.get("/wp-admin").send().await.expect(429);
    world.ask("DELETE", "/api/v1/auth/me").send().await.expect(429);
    for _ in 0..5 {
        world.get("/health/live").send().await.expect(200);
    }
}

#[tokio::test]
async fn forwarded_addresses_count_from_trusted_proxies_only() {
    let trusted_proxies = TrustedProxies::parse("10.0.0.0/8").unwrap();
    let settings = Settings { trusted_proxies, ..Settings::new(PublicUrl::parse(PUBLIC_URL).unwrap()) };
    let world = World::with(Plan { settings, ..limits(Limit::Ip, 1, 60) }).await;
    let ask = |peer: &str, forwarded: &str| {
        world.get("/api/v1/auth/me").peer(peer).header("x-forwarded-for", forwarded).send()
    };
    ask("10.0.0.1", "192.0.2.1").await.expect(401);
    ask("10.0.0.1", "192.0.2.2").await.expect(401);
    ask("10.0.0.1", "203.0.113.1, 192.0.2.1").await.expect(429);
    ask("198.51.100.1", "192.0.2.3").await.expect(401);
    ask("198.51.100.1", "192.0.2.4").await.expect(429);
    // One byte that is no text hides nothing that a proxy wrote to the right of it.
    ask("10.0.0.1", "\u{ff}, 192.0.2.1").await.expect(429);
}

#[tokio::test]
async fn the_benchmark_token_passes_the_limits() {
    let world = World::with(limits(Limit::Ip, 1, 60)).await;
    for _ in 0..3 {
        world.get("/api/v1/auth/me").bypassing().send().await.expect(401);
    }
}

#[tokio::test]
async fn every_limit_of_a_route_is_in_force_and_is_what_it_was_set_to() {
    const ANA: &str = "ana@example.com";
    let (named, account) = (json!({ "email": ANA }), json!({ "email": ANA, "password": PASSWORD }));
    let workspace = json!({ "name": "Acme", "slug": "acme" });
    for (limit, method, path, body) in [
        (Limit::Ip, "GET", "/api/v1/auth/me", &json!({})),
        (Limit::Reads, "GET", "/api/v1/auth/me", &json!({})),
        (Limit::Writes, "POST", "/api/v1/tenants", &workspace),
        (Limit::SignUp, "POST", "/api/v1/auth/register", &account),
        (Limit::LoginIp, "POST", "/api/v1/auth/login", &account),
        (Limit::Login, "POST", "/api/v1/auth/login", &account),
        (Limit::Resend, "POST", "/api/v1/auth/verify-email/resend", &named),
        (Limit::Forgot, "POST", "/api/v1/auth/password/forgot", &named),
        (Limit::MailIp, "POST", "/api/v1/auth/password/forgot", &named),
        (Limit::Refresh, "POST", "/api/v1/auth/refresh", &json!({})),
    ] {
        let world = World::with(limits(limit, 1, 3600)).await;
        let token = world.user(ANA).await;
        let signed_in = world.post("/api/v1/auth/login").bypassing().json(&account).await.expect(200).json();
        let body = if limit == Limit::Refresh {
            json!({ "refresh_token": signed_in["refresh_token"] })
        } else {
            body.clone()
        };
        let ask = || world.ask(method, path).bearer(&token).json(&body);
        let first = ask().await;
        assert!(first.status < 300, "{limit:?}: {first:?}");
        let refused = ask().await.expect(429);
        let policy = format!("\"{}\";q=1;w=3600", limit.as_str());
        assert!(refused.header("ratelimit-policy").contains(&policy), "{limit:?}: {refused:?}");
    }
}
