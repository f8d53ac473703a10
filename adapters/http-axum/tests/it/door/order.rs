use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::State;
use saaskit_gateway::{Access, Class, Limit, Limits};
use saaskit_http_axum::{Caller, Resource, Row};
use saaskit_kernel::Bucket;
use utoipa_axum::routes;

use super::House;
use crate::world::{Ask, PUBLIC_URL};

type Counter = Arc<AtomicUsize>;

/// Does what costs much.
#[utoipa::path(post, path = "/test/work", responses((status = 200, description = "Done.")))]
async fn work(State(done): State<Counter>, _: axum::body::Bytes) {
    done.fetch_add(1, Ordering::SeqCst);
}

/// Does what costs much for one account.
#[utoipa::path(post, path = "/test/account", responses((status = 200, description = "Done.")))]
async fn account(State(done): State<Counter>, caller: Caller) -> Result<(), saaskit_http_axum::Problem> {
    caller.draw_on(Limit::Refresh, b"family").await?;
    done.fetch_add(1, Ordering::SeqCst);
    Ok(())
}

const ROWS: &[Row<Counter>] = &[
    Row::new(Access::User, Class::Checkout, || routes!(work)),
    Row::new(Access::Public, Class::Write, || routes!(account)),
];

struct World {
    house: House,
    done: Counter,
}

impl World {
    fn new(limits: Limits) -> Self {
        let done = Counter::default();
        let house = House::with(limits, PUBLIC_URL, |_| Resource::new(ROWS, &done));
        Self { house, done }
    }

    fn done(&self) -> usize {
        self.done.load(Ordering::SeqCst)
    }

    /// A request whose body fails the test when it is read.
    async fn unread(&self, ask: Ask) -> (u16, String) {
        let answer = ask.body(axum::body::Body::from_stream(Unread)).await;
        (answer.status, answer.problem())
    }
}

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

fn once(limit: Limit) -> Limits {
    Limits::default().with(limit, Bucket::new(1, Duration::from_mins(1))).unwrap()
}

#[tokio::test]
async fn each_refusal_comes_before_what_costs_more_than_it() {
    let world = World::new(once(Limit::Ip));
    let post = || world.house.post("/test/work");
    assert_eq!(world.unread(post()).await, (401, "UNAUTHENTICATED".to_owned()));
    let limited = (429, "RATE_LIMITED".to_owned());
    assert_eq!(world.unread(post().bearer("ana")).await, limited);
    assert_eq!(world.house.names.asked(), 0, "the address is counted before the credential is looked at");
    let foreign =
        post().peer("192.0.2.8").header("cookie", "__Host-saaskit_session=ana").header("origin", "null");
    assert_eq!(world.unread(foreign).await, (403, "CROSS_SITE".to_owned()));
    assert_eq!(world.house.names.asked(), 0, "the page is judged before the cookie is looked at");
    let nobody = post().peer("192.0.2.9").bearer("nobody").header("idempotency-key", "\u{e9}");
    assert_eq!(world.unread(nobody).await, (401, "UNAUTHENTICATED".to_owned()));
    assert_eq!(world.done(), 0);

    let world = World::new(once(Limit::Checkout));
    let post = || world.house.post("/test/work").bearer("ana");
    post().send().await.expect(200);
    assert_eq!(world.unread(post().header("idempotency-key", "key-1")).await, limited);
    assert_eq!(world.done(), 1, "the user is counted before the body is read");
}

#[tokio::test]
async fn a_limit_that_a_handler_draws_counts_wherever_it_is_asked_from() {
    let world = World::new(once(Limit::Refresh));
    world.house.post("/test/account").send().await.expect(200);
    let again = world.house.post("/test/account").peer("192.0.2.8").send().await.expect(429);
    assert!(again.header("ratelimit-policy").contains("\"refresh\";q=1;w=60"));
    assert_eq!(world.done(), 1);
}

#[tokio::test]
async fn preflights_are_counted_by_address() {
    let world = World::new(once(Limit::Ip));
    let preflight = |peer: &str| {
        let ask = world.house.ask("OPTIONS", "/test/work").peer(peer).header("origin", super::FRONT);
        ask.header("access-control-request-method", "POST").send()
    };
    let answer = preflight("192.0.2.1").await.expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), super::FRONT);
    assert_eq!(preflight("192.0.2.1").await.expect(429).problem(), "RATE_LIMITED");
    preflight("192.0.2.2").await.expect(200);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_ends_is_given_up() {
    let world = World::new(Limits::default());
    let drop_by_drop = futures_util::stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Some((Ok::<_, std::io::Error>(" "), ()))
    });
    let body = axum::body::Body::from_stream(drop_by_drop);
    let answer = world.house.post("/test/work").bearer("ana").body(body).await.expect(503);
    assert_eq!((answer.problem().as_str(), world.done()), ("TIMED_OUT", 0));
}
