use serde_json::json;

use crate::world::World;

const LOGIN: &str = "/api/v1/auth/login";

#[tokio::test]
async fn a_body_that_is_no_json_is_malformed() {
    let world = World::new().await;
    for body in ["", "{", "{\"email\": \"a\"", "[1", "\u{1}"] {
        let answer =
            world.post(LOGIN).bypassing().header("content-type", "application/json").body(body).await;
        assert_eq!(answer.expect(400).problem(), "MALFORMED_JSON", "{body:?}");
    }
}

#[tokio::test]
async fn a_body_in_another_format_is_refused() {
    let world = World::new().await;
    let body = json!({ "email": "a@example.com", "password": "x" }).to_string();
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "json"] {
        let answer =
            world.post(LOGIN).bypassing().header("content-type", content_type).body(body.clone()).await;
        assert_eq!(answer.expect(415).problem(), "UNSUPPORTED_MEDIA_TYPE", "{content_type}");
    }
    assert_eq!(
        world.post(LOGIN).bypassing().body(body.clone()).await.expect(415).problem(),
        "UNSUPPORTED_MEDIA_TYPE"
    );
    let answer = world
        .post(LOGIN)
        .bypassing()
        .header("content-type", "Application/JSON; charset=utf-8")
        .body(body)
        .await;
    assert_eq!(answer.expect(401).problem(), "CREDENTIALS_INVALID");
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_and_one_at_it_is_read() {
    let world = World::new().await;
    let of_size = |size: usize| format!("\"{}\"", "x".repeat(size - 2));
    let mebibyte = 1024 * 1024;
    let ask = || world.post(LOGIN).bypassing().header("content-type", "application/json");
    assert_eq!(ask().body(of_size(mebibyte + 1)).await.expect(413).problem(), "BODY_TOO_LARGE");
    assert_eq!(ask().body(of_size(mebibyte)).await.expect(422).problem(), "VALIDATION_FAILED");
}

#[tokio::test]
async fn unknown_missing_and_mistyped_fields_are_named() {
    let world = World::new().await;
    let named = async |body| world.post(LOGIN).bypassing().json(&body).await.expect(422).errors();
    let error = |field: &str, code: &str| (field.to_owned(), code.to_owned());
    assert_eq!(
        named(json!({ "email": "a@example.com", "password": "x", "admin": true, "role": "owner" })).await,
        [error("admin", "FIELD_UNKNOWN"), error("role", "FIELD_UNKNOWN")]
    );
    assert_eq!(named(json!({ "email": "a@example.com" })).await, [error("password", "FIELD_MISSING")]);
    assert_eq!(named(json!({ "email": 7, "password": "x" })).await, [error("email", "FIELD_TYPE")]);
    assert_eq!(named(json!(["a@example.com", "x"])).await, [error("", "FIELD_TYPE")]);
}
