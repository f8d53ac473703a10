use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use saaskit_gateway::{Access, Class};
use saaskit_http_axum::{IfMatch, Problem, RequestFault, Row, Versioned};
use saaskit_kernel::Version;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::House;

type Counter = Arc<AtomicU64>;

#[derive(Debug, Serialize, ToSchema)]
struct Thing {
    version: u64,
}

#[derive(Debug, Serialize, ToSchema)]
struct Much {
    text: String,
}

fn shown(at: u64) -> Versioned<Json<Thing>> {
    Versioned(Version(at), Json(Thing { version: at }))
}

/// Shows it.
#[utoipa::path(get, path = "/test/thing", responses((status = 200, description = "It.", body = Thing)))]
async fn show(State(at): State<Counter>) -> Versioned<Json<Thing>> {
    shown(at.load(Ordering::SeqCst))
}

/// Changes it.
#[utoipa::path(patch, path = "/test/thing", responses((status = 200, description = "It.", body = Thing)))]
async fn change(
    State(at): State<Counter>,
    IfMatch(wanted): IfMatch,
) -> Result<Versioned<Json<Thing>>, Problem> {
    let now = at.load(Ordering::SeqCst);
    if wanted.is_some_and(|wanted| wanted != Version(now)) {
        return Err(RequestFault::PreconditionFailed.into());
    }
    Ok(shown(at.fetch_add(1, Ordering::SeqCst) + 1))
}

/// Shows it without a version.
#[utoipa::path(get, path = "/test/plain", responses((status = 200, description = "It.", body = Thing)))]
async fn plain(State(at): State<Counter>) -> Json<Thing> {
    Json(Thing { version: at.load(Ordering::SeqCst) })
}

/// Shows much of it.
#[utoipa::path(get, path = "/test/much", responses((status = 200, description = "It.", body = Much)))]
async fn much(State(at): State<Counter>) -> Versioned<Json<Much>> {
    let version = at.load(Ordering::SeqCst);
    Versioned(Version(version), Json(Much { text: "it ".repeat(100) }))
}

/// Makes it.
#[utoipa::path(post, path = "/test/thing", responses((status = 201, description = "It.", body = Thing)))]
async fn make(State(at): State<Counter>) -> (StatusCode, Versioned<Json<Thing>>) {
    (StatusCode::CREATED, shown(at.load(Ordering::SeqCst)))
}

/// Says it in words.
#[utoipa::path(get, path = "/test/words", responses((status = 200, description = "It.")))]
async fn words() -> &'static str {
    "it"
}

const ROWS: &[Row<Counter>] = &[
    Row::new(Access::User, Class::Read, || routes!(show)),
    Row::new(Access::User, Class::Write, || routes!(change)),
    Row::new(Access::User, Class::Read, || routes!(plain)),
    Row::new(Access::User, Class::Read, || routes!(words)),
    Row::new(Access::User, Class::Read, || routes!(much)),
    Row::new(Access::User, Class::Write, || routes!(make)),
];

fn house() -> (House, Counter) {
    let counter = Arc::new(AtomicU64::new(1));
    (House::new(ROWS, &counter), counter)
}

#[tokio::test]
async fn an_answer_the_asker_has_is_not_sent_again() {
    let (house, counter) = house();
    for path in ["/test/thing", "/test/plain"] {
        let ask = || house.get(path).bearer("ana");
        let first = ask().send().await.expect(200);
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 20, "{tag}");
        for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
            let answer = ask().header("if-none-match", &known).send().await.expect(304);
            assert_eq!((answer.body.as_str(), answer.header("etag")), ("", tag.as_str()));
            assert!(answer.header("ratelimit").contains("reads"), "{known}");
        }
        let head = house.ask("HEAD", path).bearer("ana").send().await.expect(200);
        assert_eq!(head.header("etag"), tag);
        ask().header("if-none-match", "\"other\"").send().await.expect(200);
        counter.fetch_add(1, Ordering::SeqCst);
        let changed = ask().header("if-none-match", &tag).send().await.expect(200);
        assert_ne!(changed.header("etag"), tag);
    }
}

#[tokio::test]
async fn what_was_compressed_on_its_way_has_a_tag_of_its_own_and_is_known_by_either() {
    let (house, _) = house();
    let ask = |accepts: &str| house.get("/test/much").bearer("ana").header("accept-encoding", accepts);
    let plain = ask("identity").send().await.expect(200).header("etag").to_owned();
    let packed = ask("gzip").send().await.expect(200);
    assert_eq!(packed.header("content-encoding"), "gzip");
    let packed = packed.header("etag").to_owned();
    assert_eq!(packed, format!("{}-gzip\"", plain.strip_suffix('"').unwrap()));
    for known in [plain.clone(), packed.clone()] {
        let weak = format!("W/{known}");
        for asked in [&known, &weak] {
            let answer = ask("gzip").header("if-none-match", asked).send().await.expect(304);
            assert_eq!(answer.header("etag"), known);
            let vary = answer.headers.get_all("vary");
            assert!(vary.iter().any(|vary| vary == "accept-encoding"), "{vary:?}");
        }
    }
    let change = house.ask("PATCH", "/test/thing").bearer("ana").header("if-match", &packed);
    change.send().await.expect(200);
    let late = house.ask("PATCH", "/test/thing").bearer("ana").header("if-match", &packed);
    assert_eq!(late.send().await.expect(412).problem(), "PRECONDITION_FAILED");
}

#[tokio::test]
async fn what_was_made_is_tagged_so_that_it_can_be_changed_next() {
    let (house, _) = house();
    let made = house.post("/test/thing").bearer("ana").send().await.expect(201);
    let change = house.ask("PATCH", "/test/thing").bearer("ana").header("if-match", made.header("etag"));
    change.send().await.expect(200);
}

#[tokio::test]
async fn nothing_is_changed_for_who_wants_it_only_where_nothing_is() {
    let (house, counter) = house();
    for tag in ["*", "\"other\"", "W/\"1-hash\""] {
        let change = house.ask("PATCH", "/test/thing").bearer("ana").header("if-none-match", tag);
        assert_eq!(change.send().await.expect(412).problem(), "PRECONDITION_FAILED", "{tag}");
    }
    assert_eq!(counter.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn refusals_and_what_is_no_json_have_no_tag() {
    let (house, _) = house();
    assert_eq!(house.get("/test/words").bearer("ana").send().await.expect(200).header("etag"), "");
    let refused = house.get("/test/thing").header("if-none-match", "*").send().await.expect(401);
    assert_eq!(refused.header("etag"), "");
}

#[tokio::test]
async fn a_change_of_what_was_changed_meanwhile_is_refused() {
    let (house, _) = house();
    let change = || house.ask("PATCH", "/test/thing").bearer("ana");
    let seen = house.get("/test/thing").bearer("ana").send().await.header("etag").to_owned();
    let changed = change().header("if-match", &seen).send().await.expect(200);
    assert_eq!(change().header("if-match", &seen).send().await.expect(412).problem(), "PRECONDITION_FAILED");
    change().header("if-match", changed.header("etag")).send().await.expect(200);
    change().header("if-match", "*").send().await.expect(200);
    change().send().await.expect(200);
    let weak = format!("W/{}", house.get("/test/thing").bearer("ana").send().await.header("etag"));
    for tag in [weak.as_str(), "\"nonsense\"", "nonsense"] {
        assert_eq!(
            change().header("if-match", tag).send().await.expect(412).problem(),
            "PRECONDITION_FAILED"
        );
    }
    let several = change().header("if-match", "\"1-a\", \"2-b\"");
    assert_eq!(several.send().await.expect(400).problem(), "IF_MATCH_INVALID");
}
