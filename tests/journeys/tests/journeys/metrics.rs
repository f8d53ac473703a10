//! What a server says of what it counted.

use std::collections::BTreeSet;

use reqwest::Method;
use saaskit_journeys::{Client, Engine, PASSWORD, World, until};
use serde_json::json;

super::on_every_engine! {
    what_happens_is_counted_and_what_is_counted_is_documented
    metrics_are_for_the_machine_itself_and_who_shows_the_token
}

async fn metrics(client: &Client) -> String {
    client.get("/metrics").await.expect(200).text
}

/// The names of the table in the documentation.
fn documented() -> BTreeSet<String> {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations.md");
    let page = std::fs::read_to_string(page).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `saaskit_"));
    rows.map(|row| format!("saaskit_{}", row.split('`').next().unwrap())).collect()
}

/// The names of what is told.
fn told(text: &str) -> BTreeSet<String> {
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    let name = |line: &str| {
        let name = line.split(['{', ' ']).next().unwrap();
        let part = ["_bucket", "_sum", "_count"].into_iter().find_map(|end| name.strip_suffix(end));
        part.unwrap_or(name).to_owned()
    };
    samples.map(name).collect()
}

/// The number of a line that begins so.
fn number(text: &str, begins: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(begins))?;
    line.trim().parse().ok()
}

async fn what_happens_is_counted_and_what_is_counted_is_documented(engine: Engine) {
    let world = World::new(engine).await;
    let server = world.serve().await;
    let ana = server.client().become_user("ana@example.org").await;
    let wrong = json!({ "email": "ana@example.org", "password": "Wrong-Horse-9-Battery" });
    let _ = ana.post("/api/v1/auth/login", wrong).await.expect_problem(401, "CREDENTIALS_INVALID");
    let _ = ana.log_in("ana@example.org", PASSWORD).await.expect(200);
    let text = metrics(&ana).await;
    for (begins, least) in [
        (r#"saaskit_http_requests_total{method="POST",route="/api/v1/auth/login",status="2xx"}"#, 2.0),
        (r#"saaskit_http_requests_total{method="POST",route="/api/v1/auth/login",status="4xx"}"#, 1.0),
        (r#"saaskit_http_requests_in_flight{method="GET",route="/metrics"}"#, 1.0),
        (r#"saaskit_breaker_openings_total{backend="email"}"#, 0.0),
        (r#"saaskit_jobs{state="buried"}"#, 0.0),
        (r#"saaskit_audit_total{action="auth.log_in",outcome="success"}"#, 2.0),
        (r#"saaskit_audit_total{action="auth.log_in",outcome="refused"}"#, 1.0),
        (r#"saaskit_mails_total{category="system",outcome="sent"}"#, 1.0),
        (r#"saaskit_job_tries_total{kind="notify.send",outcome="done"}"#, 1.0),
    ] {
        assert!(number(&text, begins).is_some_and(|number| number >= least), "{begins}");
    }
    assert!(number(&text, "saaskit_signals_lag_seconds").is_some_and(|lag| lag < 5.0));
    let (told, documented) = (told(&text), documented());
    assert!(told.is_subset(&documented), "{:?} is not documented", told.difference(&documented));
    for secret in ["ana@", PASSWORD, "127.0.0.1"] {
        assert!(!text.contains(secret), "{secret} is told");
    }
    server.stop().await;
}

async fn metrics_are_for_the_machine_itself_and_who_shows_the_token(engine: Engine) {
    const TOKEN: &str = "metrics-metrics-metrics-metrics-1";
    let world = World::new(engine).await.with("TRUSTED_PROXIES", "127.0.0.1");
    let server = world.serve().await;
    let proxied = |client: &Client, path: &str| {
        client.request(Method::GET, path).header("x-forwarded-for", "127.0.0.1")
    };
    let status = async |request: reqwest::RequestBuilder| request.send().await.unwrap().status().as_u16();
    let nobody = server.client();
    for path in ["/metrics", "/api/v1/metrics"] {
        assert_eq!(status(nobody.request(Method::GET, path)).await, 200);
        assert_eq!(status(proxied(&nobody, path)).await, 404);
    }
    server.stop().await;

    let world = world.with("METRICS_TOKEN", TOKEN);
    let server = world.serve().await;
    let nobody = server.client();
    assert_eq!(status(nobody.request(Method::GET, "/metrics")).await, 200);
    assert_eq!(status(proxied(&nobody, "/metrics")).await, 401);
    assert_eq!(status(proxied(&nobody, "/metrics").bearer_auth("another")).await, 401);
    assert_eq!(status(proxied(&nobody, "/metrics").bearer_auth(TOKEN)).await, 200);
    let log = until("it was said what was asked", async || {
        Some(server.log()).filter(|log| log.contains("/metrics"))
    });
    assert!(!log.await.contains(TOKEN));
    server.stop().await;
}
