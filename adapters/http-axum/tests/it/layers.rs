use std::time::Duration;

use saaskit_gateway::{Access, Class, CorsPolicy};
use saaskit_http_axum::{Problem, PublicUrl, Resource, Row, Settings};
use saaskit_kernel::RequestId;
use serde_json::json;
use utoipa_axum::routes;

use crate::world::{PUBLIC_URL, Plan, World};

#[utoipa::path(get, path = "/test/panic", responses((status = 200, description = "Never.")))]
async fn panics() {
    panic!("the secret is hunter2");
}

#[utoipa::path(get, path = "/test/slow", responses((status = 200, description = "Never.")))]
async fn never() -> Result<(), Problem> {
    std::future::pending().await
}

#[utoipa::path(post, path = "/test/body", responses((status = 200, description = "It was read.")))]
async fn reads(_: axum::body::Bytes) {}

const ROWS: &[Row<()>] = &[
    Row::new(Access::Public, Class::Read, || routes!(panics)),
    Row::new(Access::Public, Class::Read, || routes!(never)),
    Row::new(Access::User, Class::Write, || routes!(reads)),
];

fn settings() -> Settings {
    Settings::new(PublicUrl::parse(PUBLIC_URL).unwrap())
}

async fn world(settings: Settings) -> World {
    World::with(Plan { settings, more: vec![Resource::new(ROWS, &())], ..Plan::default() }).await
}

#[tokio::test]
async fn a_sane_request_id_is_kept_and_another_is_replaced() {
    let world = World::new().await;
    let ask = |id: &str| world.get("/api/v1/auth/me").header("x-request-id", id).send();
    let answer = ask("caller-chose-7").await;
    assert_eq!(answer.header("x-request-id"), "caller-chose-7");
    assert_eq!(answer.json()["request_id"], "caller-chose-7");
    for id in ["short", "with space in it", &"x".repeat(65)] {
        let answer = ask(id).await;
        assert_eq!(answer.header("x-request-id").len(), 32);
        assert_eq!(answer.json()["request_id"], answer.header("x-request-id"));
    }
}

#[tokio::test]
async fn a_panic_is_a_problem_that_tells_nothing_and_has_every_header() {
    let world = world(settings()).await;
    let answer = world.get("/test/panic").header("x-request-id", "req-12345678").send().await.expect(500);
    assert_eq!(answer.problem(), "INTERNAL");
    assert!(!answer.body.contains("hunter2"));
    assert_eq!(answer.json()["request_id"], "req-12345678");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("x-request-id"), "req-12345678");
}

#[tokio::test]
async fn a_bug_is_reported_once_with_its_request_and_its_route_and_a_refusal_is_not() {
    let world = world(settings()).await;
    world.get("/test/panic?token=s3cr3t").header("x-request-id", "req-12345678").send().await.expect(500);
    world.get("/api/v1/auth/me").send().await.expect(401);
    world.get("/test/slow/not").send().await.expect(404);
    let [report] = &world.reporter.reports()[..] else { panic!("{:?}", world.reporter.reports()) };
    assert_eq!(report.says, ["a handler panicked: the secret is hunter2"]);
    assert_eq!(report.context.operation.as_deref(), Some("/test/panic"));
    assert_eq!(report.context.request.as_ref().map(RequestId::as_str), Some("req-12345678"));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_takes_too_long_is_given_up() {
    let world = world(Settings { timeout: Duration::from_secs(30), ..settings() }).await;
    let answer = world.get("/test/slow").send().await.expect(503);
    assert_eq!(answer.problem(), "TIMED_OUT");
    assert_eq!(answer.header("retry-after"), "1");
}

#[tokio::test]
async fn authentication_comes_before_the_body() {
    let world = world(Settings { body_limit: 10, ..settings() }).await;
    let answer = world.post("/test/body").body("x".repeat(100)).await.expect(401);
    assert_eq!(answer.problem(), "UNAUTHENTICATED");
    let unread = axum::body::Body::from_stream(Unread);
    assert_eq!(world.post("/test/body").body(unread).await.expect(401).problem(), "UNAUTHENTICATED");
}

/// A body whose being read fails the test.
struct Unread;

impl futures_util::Stream for Unread {
    type Item = Result<Vec<u8>, std::io::Error>;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        panic!("the body was read before the caller was let in")
    }
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let world = World::new().await;
    for (path, status) in
        [("/health/live", 200), ("/api/v1/auth/me", 401), ("/nothing", 404), ("/setup", 200)]
    {
        let answer = world.get(path).send().await.expect(status);
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", if path == "/setup" { "strict-origin" } else { "no-referrer" }),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("x-frame-options", "DENY"),
            ("strict-transport-security", "max-age=63072000; includeSubDomains"),
            ("cache-control", "no-store, max-age=0"),
            ("server", ""),
        ] {
            assert_eq!(answer.header(name), value, "{name} at {path}");
        }
        assert!(answer.header("permissions-policy").contains("camera=()"));
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe-inline"));
    }
    assert_eq!(
        world.get("/health/live").send().await.header("content-security-policy"),
        "default-src 'none'; frame-ancestors 'none'"
    );
}

#[tokio::test]
async fn strict_transport_is_asked_for_on_https_only() {
    let world = world(Settings::new(PublicUrl::parse("http://localhost:8080/").unwrap())).await;
    assert_eq!(world.get("/health/live").send().await.header("strict-transport-security"), "");
}

#[tokio::test]
async fn pages_of_named_origins_may_call_and_others_may_not() {
    let cors = CorsPolicy::new(["https://front.example.com"]).unwrap();
    let world = world(Settings { cors, ..settings() }).await;
    let from = |origin: &str| world.get("/api/v1/auth/me").header("origin", origin).send();
    let answer = from("https://front.example.com").await.expect(401);
    assert_eq!(answer.header("access-control-allow-origin"), "https://front.example.com");
    assert_eq!(answer.header("access-control-allow-credentials"), "true");
    let exposed = answer.header("access-control-expose-headers");
    for name in
        ["etag", "location", "ratelimit", "ratelimit-policy", "x-request-id", "x-token-refresh-suggested"]
    {
        assert!(exposed.split(',').any(|exposed| exposed.trim() == name), "{name} in {exposed}");
    }
    assert_eq!(from("https://evil.example").await.header("access-control-allow-origin"), "");

    let preflight = world
        .ask("OPTIONS", "/api/v1/auth/login")
        .header("origin", "https://front.example.com")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type,authorization")
        .send()
        .await
        .expect(200);
    assert!(preflight.header("access-control-allow-methods").contains("PATCH"));
    assert!(preflight.header("access-control-allow-headers").contains("authorization"));
}

#[tokio::test]
async fn answers_are_compressed_for_who_asks_and_problems_are_whole() {
    let world = World::new().await;
    let answer = world.get("/api/openapi.json").header("accept-encoding", "gzip").send().await.expect(200);
    assert_eq!(answer.header("content-encoding"), "gzip");
    let plain = world.get("/api/openapi.json").send().await.expect(200);
    assert_eq!(plain.header("content-encoding"), "");
    assert!(answer.body.len() < plain.body.len());
    let head = world.ask("HEAD", "/health/live").send().await.expect(200);
    assert_eq!(head.body, "");
}

#[tokio::test]
async fn every_layer_is_usable_alone() {
    use saaskit_http_axum::layer;
    let source = saaskit_conformance::fixtures::source();
    let hello = axum::Router::new().route("/", axum::routing::get(async || "hello"));
    let public_url = PublicUrl::parse(PUBLIC_URL).unwrap();
    for router in [
        hello.clone().layer(layer::request_id(source.clone())),
        hello.clone().layer(layer::trace(source)),
        hello.clone().layer(layer::security_headers(&public_url)),
        hello.clone().layer(layer::problems(public_url)),
        hello.clone().layer(layer::cors(CorsPolicy::default())),
        hello.clone().layer(layer::catch_panics()),
        hello.layer(layer::timeout(Duration::from_secs(1))),
    ] {
        let answer = crate::world::Ask::new(router, "GET", "/").send().await.expect(200);
        assert_eq!(answer.body, "hello");
    }
}

#[tokio::test]
async fn a_problem_is_whole_without_its_layer_but_for_the_request() {
    let bare = axum::Router::new()
        .route("/", axum::routing::get(async || Problem::from(saaskit_http_axum::RequestFault::NotFound)));
    let answer = crate::world::Ask::new(bare, "GET", "/").send().await.expect(404);
    assert_eq!(answer.problem(), "NOT_FOUND");
    assert_eq!(answer.json()["errors"], json!([]));
}
