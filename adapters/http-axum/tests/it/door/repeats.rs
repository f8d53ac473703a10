use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures_util::future::join_all;
use http::StatusCode;
use http::header::LOCATION;
use saaskit_gateway::{Access, Class, Limits, Refusal};
use saaskit_http_axum::{Caller, Problem, Resource, Row, Versioned};
use saaskit_kernel::{Code, CommitError, Store, Version};
use saaskit_memory::MemoryStore;
use serde_json::json;
use utoipa_axum::routes;

use super::House;
use crate::world::{Answer, Ask, PUBLIC_URL};

/// What has effects, and how many it had.
#[derive(Debug, Clone)]
struct Shop {
    store: Arc<MemoryStore>,
    orders: Arc<AtomicUsize>,
}

impl Shop {
    /// One effect and its number, unless somebody was faster.
    async fn order(&self, caller: &Caller) -> Result<usize, CommitError> {
        tokio::task::yield_now().await;
        self.store.commit(caller.call().commit()).await?;
        tokio::task::yield_now().await;
        Ok(self.orders.fetch_add(1, Ordering::SeqCst) + 1)
    }
}

/// Orders.
#[utoipa::path(post, path = "/test/orders", responses((status = 201, description = "The order.")))]
async fn order(State(shop): State<Shop>, caller: Caller) -> Response {
    match shop.order(&caller).await {
        Ok(number) => {
            let location = [(LOCATION, format!("/test/orders/{number}"))];
            let shown = Versioned(Version(1), Json(json!({ "number": number })));
            (StatusCode::CREATED, location, shown).into_response()
        }
        Err(_) => Problem::from(Refusal::NotFound).into_response(),
    }
}

/// Orders for one of several tables.
#[utoipa::path(post, path = "/test/tables/{id}", responses((status = 200, description = "Done.")))]
async fn serve(State(shop): State<Shop>, caller: Caller) -> Result<String, StatusCode> {
    Ok(shop.order(&caller).await.map_err(|_| StatusCode::CONFLICT)?.to_string())
}

/// Orders, and tells a secret.
#[utoipa::path(post, path = "/test/secrets", responses((status = 201, description = "The secret.")))]
async fn secret(State(shop): State<Shop>, caller: Caller) -> Result<String, StatusCode> {
    let number = shop.order(&caller).await.map_err(|_| StatusCode::CONFLICT)?;
    Ok(format!("hunter{number}"))
}

/// Orders, and signs in by the way.
#[utoipa::path(post, path = "/test/cookies", responses((status = 200, description = "Done.")))]
async fn cookie(State(shop): State<Shop>, caller: Caller) -> Result<Response, StatusCode> {
    shop.order(&caller).await.map_err(|_| StatusCode::CONFLICT)?;
    let session = caller.set_session_cookie(&saaskit_kernel::Secret::new("hunter2"), Duration::from_mins(1));
    Ok((session, "done").into_response())
}

/// Orders, and never says so.
#[utoipa::path(post, path = "/test/silence", responses((status = 200, description = "Never.")))]
async fn silence(State(shop): State<Shop>, caller: Caller) -> StatusCode {
    drop(shop.order(&caller).await);
    std::future::pending().await
}

/// Orders, and refuses for a reason that was committed.
#[utoipa::path(post, path = "/test/refusals", responses((status = 200, description = "Never.")))]
async fn refuse(State(shop): State<Shop>, caller: Caller) -> Result<StatusCode, Problem> {
    drop(shop.order(&caller).await);
    Err(Refusal::CrossSite.into())
}

/// Orders nothing.
#[utoipa::path(post, path = "/test/nothing", responses((status = 200, description = "Never.")))]
async fn nothing(State(shop): State<Shop>) -> Problem {
    shop.orders.fetch_add(1, Ordering::SeqCst);
    Refusal::CrossSite.into()
}

const ROWS: &[Row<Shop>] = &[
    Row::new(Access::User, Class::Write, || routes!(order)),
    Row::new(Access::User, Class::Write, || routes!(serve)),
    Row::new(Access::User, Class::Write, || routes!(secret)).secret_answer(),
    Row::new(Access::User, Class::Write, || routes!(cookie)),
    Row::new(Access::User, Class::Write, || routes!(silence)),
    Row::new(Access::User, Class::Write, || routes!(refuse)),
    Row::new(Access::User, Class::Write, || routes!(nothing)),
];

struct World {
    house: House,
    orders: Arc<AtomicUsize>,
}

impl World {
    fn new() -> Self {
        let orders = Arc::<AtomicUsize>::default();
        let house = House::with(Limits::default(), PUBLIC_URL, |store| {
            Resource::new(ROWS, &Shop { store: store.clone(), orders: orders.clone() })
        });
        Self { house, orders }
    }

    fn ask(&self, path: &str, key: &str) -> Ask {
        self.house.post(path).bearer("ana").header("idempotency-key", key)
    }

    async fn order(&self, key: &str, body: &str) -> Answer {
        self.ask("/test/orders", key).body(body.to_owned()).await
    }

    fn orders(&self) -> usize {
        self.orders.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn a_repeat_has_no_effect_and_gets_the_same_answer_for_a_day() {
    let world = World::new();
    let first = world.order("key-1", "{}").await.expect(201);
    assert_eq!(first.header("idempotency-replayed"), "");
    let repeated = world.order("key-1", "{}").await.expect(201);
    assert_eq!(repeated.header("idempotency-replayed"), "true");
    for name in ["location", "content-type", "etag"] {
        assert_ne!(first.header(name), "", "{name}");
        assert_eq!(repeated.header(name), first.header(name));
    }
    assert_eq!((repeated.body, world.orders()), (first.body, 1));
    world.house.clock.advance(Duration::from_hours(25));
    assert_eq!(world.order("key-1", "{}").await.expect(201).header("location"), "/test/orders/2");
}

#[tokio::test]
async fn another_body_is_refused_and_another_asker_or_key_is_not_meant() {
    let world = World::new();
    world.order("key-1", "{}").await.expect(201);
    assert_eq!(world.order("key-1", "{ }").await.expect(422).problem(), "IDEMPOTENCY_KEY_REUSED");
    world.order("key-2", "{}").await.expect(201);
    let bob = world.house.post("/test/orders").bearer("bob").header("idempotency-key", "key-1");
    bob.body("{}").await.expect(201);
    world.house.post("/test/orders").bearer("ana").body("{}").await.expect(201);
    assert_eq!(world.orders(), 4);
    assert_eq!(world.order("", "{}").await.expect(400).problem(), "IDEMPOTENCY_KEY_INVALID");
    assert_eq!(world.order("caf\u{e9}", "{}").await.expect(400).problem(), "IDEMPOTENCY_KEY_INVALID");
}

#[tokio::test]
async fn one_key_at_two_paths_of_a_route_names_two_requests() {
    let world = World::new();
    for (table, number) in [("1", "1"), ("2", "2"), ("1", "1"), ("2", "2")] {
        let path = format!("/test/tables/{table}");
        assert_eq!(world.ask(&path, "key-1").body("{}").await.expect(200).body, number);
    }
    assert_eq!(world.orders(), 2);
    let other = world.ask("/test/tables/1?express", "key-1").body("{}").await.expect(422);
    assert_eq!(other.problem(), "IDEMPOTENCY_KEY_REUSED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_at_once_have_one_effect_and_all_others_wait_or_get_its_answer() {
    let world = World::new();
    let asks = (0..50).map(|_| tokio::spawn(world.ask("/test/orders", "key-1").bypassing().send()));
    let answers = join_all(asks).await.into_iter().map(Result::unwrap).collect::<Vec<_>>();
    assert_eq!(world.orders(), 1);
    let own = |answer: &&Answer| answer.status == 201 && answer.header("idempotency-replayed").is_empty();
    assert_eq!(answers.iter().filter(own).count(), 1);
    for answer in &answers {
        match answer.status {
            201 => assert_eq!(answer.json()["number"], 1),
            _ => assert_eq!((answer.status, answer.problem().as_str()), (409, "REQUEST_IN_FLIGHT")),
        }
    }
    assert_eq!(world.order("key-1", "").await.expect(201).header("idempotency-replayed"), "true");
}

#[tokio::test]
async fn after_a_crash_between_effect_and_answer_nobody_pretends_to_know() {
    let world = World::new();
    let mut lost = Box::pin(world.ask("/test/silence", "key-1").send());
    while world.orders() == 0 {
        assert!(futures_util::poll!(&mut lost).is_pending());
    }
    drop(lost);
    let repeat = async || world.ask("/test/silence", "key-1").send().await.expect(409);
    let early = repeat().await;
    assert_eq!((early.problem().as_str(), early.header("retry-after")), ("REQUEST_IN_FLIGHT", "1"));
    world.house.clock.advance(Duration::from_secs(35));
    assert_eq!(repeat().await.problem(), "RESULT_UNKNOWN");
    assert_eq!(world.orders(), 1);
}

#[tokio::test]
async fn secrets_and_cookies_are_not_kept() {
    let world = World::new();
    assert_eq!(world.ask("/test/secrets", "key-1").send().await.expect(200).body, "hunter1");
    assert_eq!(world.ask("/test/secrets", "key-1").send().await.expect(409).problem(), "ANSWER_NOT_KEPT");
    world.ask("/test/cookies", "key-1").send().await.expect(200);
    let repeated = world.ask("/test/cookies", "key-1").send().await.expect(409);
    assert_eq!((repeated.problem().as_str(), repeated.header("set-cookie")), ("REQUEST_IN_FLIGHT", ""));
    assert_eq!(world.orders(), 2);
}

#[tokio::test]
async fn a_refusal_that_was_committed_is_repeated_whole_and_one_that_was_not_is_tried_again() {
    let world = World::new();
    let first =
        world.ask("/test/refusals", "key-1").header("x-request-id", "first-request").send().await.expect(403);
    let repeated = world.ask("/test/refusals", "key-1").send().await.expect(403);
    assert_eq!(repeated.problem(), "CROSS_SITE");
    assert_eq!(repeated.body, first.body);
    assert_eq!(repeated.json()["request_id"], "first-request");
    assert_eq!(world.orders(), 1);
    for _ in 0..2 {
        let refused = world.ask("/test/nothing", "key-1").send().await.expect(403);
        assert_eq!(refused.header("idempotency-replayed"), "");
    }
    assert_eq!(world.orders(), 3);
}

#[tokio::test]
async fn who_is_nobody_names_no_requests() {
    let world = World::new();
    let nobody = world.house.post("/test/orders").header("idempotency-key", "key-1");
    assert_eq!(nobody.send().await.expect(401).problem(), Code::UNAUTHENTICATED.name());
}
