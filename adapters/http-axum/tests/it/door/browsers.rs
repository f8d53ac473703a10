use std::time::Duration;

use axum::Json;
use axum::response::IntoResponse;
use http::StatusCode;
use saaskit_gateway::{Access, Class, Limits};
use saaskit_http_axum::{Caller, Device, PageForm, Resource, Row};
use saaskit_kernel::Secret;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{FRONT, House};
use crate::world::{Ask, PUBLIC_URL};

/// Tells a page its proof.
#[utoipa::path(get, path = "/test/csrf", responses((status = 200, description = "The proof.")))]
async fn csrf(caller: Caller) -> Json<Value> {
    Json(json!({ "csrf_token": caller.csrf_token(), "who": caller.principal().map(|who| who.user) }))
}

/// Changes something.
#[utoipa::path(post, path = "/test/change", responses((status = 204, description = "Done.")))]
async fn change() -> StatusCode {
    StatusCode::NO_CONTENT
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
struct Note {
    note: String,
}

/// Takes a form.
#[utoipa::path(post, path = "/test/form",
    request_body(content = Note, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "What it said.")))]
async fn form(PageForm(Note { note }): PageForm<Note>) -> String {
    note
}

/// Signs in.
#[utoipa::path(post, path = "/test/sign-in", responses((status = 204, description = "Done.")))]
async fn sign_in(caller: Caller, Device(device): Device) -> impl IntoResponse {
    let (session, fresh) = (Secret::new("ana-1"), Secret::new("device-1"));
    let known = device.map_or("none", |device| if device.expose() == "device-1" { "known" } else { "other" });
    let session = caller.set_session_cookie(&session, Duration::from_hours(1));
    (StatusCode::OK, session, caller.set_device_cookie(&fresh), known)
}

/// Signs out.
#[utoipa::path(post, path = "/test/sign-out", responses((status = 204, description = "Done.")))]
async fn sign_out(caller: Caller) -> impl IntoResponse {
    (StatusCode::NO_CONTENT, caller.end_session_cookie(), ())
}

const ROWS: &[Row<()>] = &[
    Row::new(Access::Public, Class::Read, || routes!(csrf)),
    Row::new(Access::User, Class::Write, || routes!(change)),
    Row::new(Access::User, Class::Write, || routes!(form)),
    Row::new(Access::Public, Class::Login, || routes!(sign_in)),
    Row::new(Access::User, Class::Write, || routes!(sign_out)),
];

fn house() -> House {
    House::new(ROWS, &())
}

fn by_cookie(ask: Ask) -> Ask {
    ask.header("cookie", "theme=dark; __Host-saaskit_session=ana-1")
}

async fn proof(house: &House) -> String {
    let answer = by_cookie(house.get("/test/csrf")).send().await.expect(200);
    answer.json()["csrf_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_change_by_cookie_needs_our_page_and_its_proof() {
    let house = house();
    let proof = proof(&house).await;
    let change = || by_cookie(house.post("/test/change"));
    change().header("origin", PUBLIC_URL).header("x-csrf-token", &proof).send().await.expect(204);
    change().header("origin", FRONT).header("x-csrf-token", &proof).send().await.expect(204);
    let foreign = change().header("origin", "https://evil.example").header("x-csrf-token", &proof);
    assert_eq!(foreign.send().await.expect(403).problem(), "CROSS_SITE");
    assert_eq!(change().header("x-csrf-token", &proof).send().await.expect(403).problem(), "CROSS_SITE");
    let unproved = change().header("origin", PUBLIC_URL);
    assert_eq!(unproved.send().await.expect(403).problem(), "CSRF_TOKEN_INVALID");
    let bob = house.post("/test/change").header("cookie", "__Host-saaskit_session=bob-1");
    let stolen = bob.header("origin", PUBLIC_URL).header("x-csrf-token", &proof);
    assert_eq!(stolen.send().await.expect(403).problem(), "CSRF_TOKEN_INVALID");
    house
        .post("/test/change")
        .bearer("ana")
        .header("origin", "https://evil.example")
        .send()
        .await
        .expect(204);
}

#[tokio::test]
async fn a_form_carries_its_proof_in_a_field() {
    let house = house();
    let proof = proof(&house).await;
    let post = || by_cookie(house.post("/test/form")).header("origin", PUBLIC_URL);
    let answer = post().form(&format!("note=hello+you&csrf_token={proof}")).await.expect(200);
    assert_eq!(answer.body, "hello you");
    for form in ["note=hello", "note=hello&csrf_token=", "note=hello&csrf_token=x.y"] {
        assert_eq!(post().form(form).await.expect(403).problem(), "CSRF_TOKEN_INVALID");
    }
    assert_eq!(
        post().header("x-csrf-token", &proof).form("note=a").await.expect(403).problem(),
        "CSRF_TOKEN_INVALID"
    );
    let twice = format!("note=a&csrf_token={proof}&csrf_token={proof}");
    assert_eq!(post().form(&twice).await.expect(400).problem(), "MALFORMED_FORM");
    house.post("/test/form").bearer("ana").form("note=hello").await.expect(200);
}

#[tokio::test]
async fn a_stale_cookie_is_no_reason_to_refuse_a_public_page_and_none_to_be_believed() {
    let house = house();
    let stale = |ask: Ask| ask.header("cookie", "__Host-saaskit_session=nobody");
    let answer = stale(house.get("/test/csrf")).send().await.expect(200);
    assert_eq!(answer.json(), json!({ "csrf_token": null, "who": null }));
    let refused = stale(house.post("/test/change")).header("origin", PUBLIC_URL).send().await.expect(403);
    assert_eq!(refused.header("set-cookie"), "");
    let unlabelled = house.get("/test/csrf").header("cookie", "saaskit_session=ana-1");
    assert_eq!(
        unlabelled.send().await.json()["who"],
        Value::Null,
        "over TLS only the name that binds it to us"
    );
}

#[tokio::test]
async fn two_session_cookies_or_two_tokens_are_refused() {
    let house = house();
    let two = house
        .post("/test/change")
        .header("cookie", "__Host-saaskit_session=ana-1; __Host-saaskit_session=bob-1");
    assert_eq!(two.header("origin", PUBLIC_URL).send().await.expect(400).problem(), "CREDENTIALS_AMBIGUOUS");
    let two = house.post("/test/change").bearer("ana").bearer("bob");
    assert_eq!(two.send().await.expect(400).problem(), "CREDENTIALS_AMBIGUOUS");
}

#[tokio::test]
async fn a_foreign_page_signs_nobody_in() {
    let house = house();
    let sign_in = || house.post("/test/sign-in");
    let refused = sign_in().header("origin", "https://evil.example").send().await.expect(403);
    assert_eq!((refused.problem().as_str(), refused.header("set-cookie")), ("CROSS_SITE", ""));
    sign_in().header("sec-fetch-site", "cross-site").send().await.expect(403);
    sign_in().header("sec-fetch-site", "same-origin").send().await.expect(200);
    sign_in().send().await.expect(200);
}

#[tokio::test]
async fn signing_in_sets_cookies_and_only_signing_out_takes_one() {
    let house = house();
    let answer = house.post("/test/sign-in").send().await.expect(200);
    let cookies: Vec<_> =
        answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap()).collect();
    let ours = "; Path=/; HttpOnly; SameSite=Lax; Secure";
    assert_eq!(
        cookies,
        [
            format!("__Host-saaskit_session=ana-1; Max-Age=3600{ours}"),
            format!("__Host-saaskit_device=device-1; Max-Age=34560000{ours}"),
        ]
    );
    assert_eq!(answer.body, "none");
    let again = house.post("/test/sign-in").header("cookie", "__Host-saaskit_device=device-1").send().await;
    assert_eq!(again.body, "known");
    let out = house.post("/test/sign-out").bearer("ana").send().await.expect(204);
    assert_eq!(out.header("set-cookie"), format!("__Host-saaskit_session=; Max-Age=0{ours}"));
    assert_eq!(out.header("clear-site-data"), "\"cache\", \"storage\"");
    let refused = house.post("/test/sign-out").send().await.expect(401);
    assert_eq!((refused.header("set-cookie"), refused.header("clear-site-data")), ("", ""));
}

#[tokio::test]
async fn without_tls_the_cookie_has_a_plain_name() {
    let house = House::with(Limits::default(), "http://localhost:8080", |_| Resource::new(ROWS, &()));
    let answer = house.post("/test/sign-in").send().await.expect(200);
    assert_eq!(
        answer.header("set-cookie"),
        "saaskit_session=ana-1; Max-Age=3600; Path=/; HttpOnly; SameSite=Lax"
    );
    let known = house.get("/test/csrf").header("cookie", "saaskit_session=ana-1").send().await;
    assert!(known.json()["who"].is_string());
}

#[tokio::test]
async fn an_old_credential_is_suggested_to_be_renewed() {
    let house = house();
    let suggested = async |token| {
        let answer = house.post("/test/change").bearer(token).send().await.expect(204);
        answer.header("x-token-refresh-suggested").to_owned()
    };
    assert_eq!(suggested("ana-old").await, "");
    house.clock.advance(Duration::from_mins(10));
    assert_eq!(suggested("ana-old").await, "true");
    assert_eq!(suggested("ana").await, "");
}
