use std::time::Duration;

use prometheus_client::registry::Registry;
use saaskit_gateway::{Access, Class, TrustedProxies};
use saaskit_http_axum::metrics::{Metrics, Requests};
use saaskit_http_axum::{PublicUrl, Resource, Row, Settings};
use saaskit_kernel::Secret;
use utoipa_axum::routes;

use crate::world::{Ask, PUBLIC_URL, Plan, World};

const TOKEN: &str = "metrics-metrics-metrics-metrics-1";

#[utoipa::path(get, path = "/test/slow/{id}", responses((status = 200, description = "Never.")))]
async fn never() {
    std::future::pending::<()>().await;
}

const ROWS: &[Row<()>] = &[Row::new(Access::Public, Class::Read, || routes!(never))];

/// A node behind a proxy on its own machine.
async fn world(token: Option<&str>) -> World {
    let requests = Requests::default();
    let mut registry = Registry::default();
    requests.register(&mut registry);
    let metrics = Metrics::new(registry, token.map(Secret::new), || std::future::ready(()));
    let mut settings = Settings::new(PublicUrl::parse(PUBLIC_URL).unwrap());
    settings.trusted_proxies = TrustedProxies::parse("127.0.0.0/8, ::1/128").unwrap();
    let more = vec![Resource::new(ROWS, &())];
    World::with(Plan { settings, more, requests, metrics, ..Plan::default() }).await
}

fn ask(world: &World) -> Ask {
    world.get("/metrics").bypassing()
}

/// What somebody sends, and whatever proxies make of it on this machine.
fn through_a_proxy(world: &World) -> [Ask; 6] {
    [
        ask(world).peer("127.0.0.1").header("x-forwarded-for", "192.0.2.9"),
        ask(world).peer("::1").header("x-forwarded-for", "127.0.0.1"),
        ask(world).peer("127.0.0.1").header("x-forwarded-for", "127.0.0.1, 127.0.0.1"),
        ask(world).peer("127.0.0.1").header("forwarded", "for=127.0.0.1"),
        ask(world).peer("127.0.0.1").header("x-real-ip", "127.0.0.1"),
        ask(world).peer("::ffff:127.0.0.1").header("via", "1.1 proxy"),
    ]
}

#[tokio::test]
async fn metrics_are_for_the_machine_itself_and_without_a_token_nobody_else_finds_them() {
    let world = world(None).await;
    for peer in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
        ask(&world).peer(peer).send().await.expect(200);
        world.get("/api/v1/metrics").bypassing().peer(peer).send().await.expect(200);
    }
    assert_eq!(ask(&world).send().await.expect(404).problem(), "NOT_FOUND");
    for proxied in through_a_proxy(&world) {
        assert_eq!(proxied.send().await.expect(404).problem(), "NOT_FOUND");
    }
    ask(&world).bearer("").send().await.expect(404);
}

#[tokio::test]
async fn who_comes_through_a_proxy_or_from_elsewhere_shows_the_token() {
    let world = world(Some(TOKEN)).await;
    ask(&world).bearer(TOKEN).send().await.expect(200);
    world.get("/api/v1/metrics").bypassing().bearer(TOKEN).send().await.expect(200);
    for shown in ["", "metrics", &TOKEN[1..], &format!("{TOKEN}1")] {
        assert_eq!(ask(&world).bearer(shown).send().await.expect(401).problem(), "UNAUTHENTICATED");
    }
    ask(&world).header("authorization", &format!("Basic {TOKEN}")).send().await.expect(401);
    ask(&world).bearer(TOKEN).bearer("another").send().await.expect(401);
    ask(&world).send().await.expect(401);
    for proxied in through_a_proxy(&world) {
        proxied.send().await.expect(401);
    }
    for proxied in through_a_proxy(&world) {
        proxied.bearer(TOKEN).send().await.expect(200);
    }
    ask(&world).peer("127.0.0.1").send().await.expect(200);
}

#[tokio::test]
async fn the_format_is_the_one_that_is_asked_for() {
    let world = world(None).await;
    let text = ask(&world).peer("127.0.0.1").send().await.expect(200);
    assert_eq!(text.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5";
    let open = ask(&world).peer("127.0.0.1").header("accept", accept).send().await.expect(200);
    assert_eq!(open.header("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert!(open.body.ends_with("# EOF\n"), "{}", open.body);
}

/// The lines of the metrics that are about requests, without those of the buckets.
async fn told(world: &World) -> Vec<String> {
    let text = ask(world).peer("127.0.0.1").send().await.expect(200).body;
    let lines = text.lines().filter(|line| line.starts_with("saaskit_http") && !line.contains("_bucket"));
    lines.map(str::to_owned).collect()
}

fn assert_tells(told: &[String], line: &str) {
    assert!(told.iter().any(|it| it == line), "{line} is not among {told:#?}");
}

#[tokio::test]
async fn requests_are_counted_by_their_template_and_what_is_no_route_is_one() {
    let world = world(None).await;
    world.get("/health/live").send().await.expect(200);
    world.ask("HEAD", "/health/live").send().await.expect(200);
    world.get("/api/v1/tenants/acme").send().await.expect(401);
    world.get("/api/v1/tenants/other?with=secret").send().await.expect(401);
    for path in ["/nothing", "/nothing/else", "/wp-login.php"] {
        world.get(path).bypassing().send().await.expect(404);
    }
    world.ask("DELETE", "/health/live").bypassing().send().await.expect(405);
    world.ask("BREW", "/health/live").bypassing().send().await.expect(405);
    let told = told(&world).await;
    for line in [
        r#"saaskit_http_requests_total{method="GET",route="/health/live",status="2xx"} 2"#,
        r#"saaskit_http_requests_total{method="GET",route="/api/v1/tenants/{id}",status="4xx"} 2"#,
        r#"saaskit_http_requests_total{method="(any)",route="(none)",status="4xx"} 5"#,
        r#"saaskit_http_request_duration_seconds_count{method="GET",route="/health/live"} 2"#,
        r#"saaskit_http_requests_in_flight{method="GET",route="/health/live"} 0"#,
        r#"saaskit_http_requests_in_flight{method="GET",route="/metrics"} 1"#,
    ] {
        assert_tells(&told, line);
    }
    let of_what_was_asked = told.len();
    assert!(of_what_was_asked < 20, "what nobody asked for is not told: {told:#?}");
    assert!(
        !told.iter().any(|line| line.contains("secret") || line.contains("nothing") || line.contains("BREW"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_is_in_flight_until_it_is_answered_or_its_client_is_gone() {
    let world = world(None).await;
    let slow = world.get("/test/slow/7").bypassing().send();
    {
        let mut slow = std::pin::pin!(slow);
        let answered = tokio::time::timeout(Duration::from_secs(3), slow.as_mut()).await;
        assert!(answered.is_err());
        let line = r#"saaskit_http_requests_in_flight{method="GET",route="/test/slow/{id}"} 1"#;
        assert_tells(&told(&world).await, line);
    }
    world.get("/test/slow/8").bypassing().send().await.expect(503);
    let told = told(&world).await;
    for line in [
        r#"saaskit_http_requests_in_flight{method="GET",route="/test/slow/{id}"} 0"#,
        r#"saaskit_http_requests_total{method="GET",route="/test/slow/{id}",status="gone"} 1"#,
        r#"saaskit_http_requests_total{method="GET",route="/test/slow/{id}",status="5xx"} 1"#,
        r#"saaskit_http_request_duration_seconds_sum{method="GET",route="/test/slow/{id}"} 33.0"#,
    ] {
        assert_tells(&told, line);
    }
}
