use serde_json::json;

use crate::world::{PASSWORD, World};

#[tokio::test]
async fn a_problem_says_all_there_is_to_say_and_nothing_more() {
    let world = World::new().await;
    let body = json!({ "email": "nobody", "password": PASSWORD });
    let answer =
        world.post("/api/v1/auth/register?secret=1").header("x-request-id", "req-12345678").json(&body).await;
    assert_eq!(answer.problem(), "VALIDATION_FAILED");
    assert_eq!(
        answer.json(),
        json!({
            "type": "https://app.example.com/docs/errors#VALIDATION_FAILED",
            "title": "Validation failed",
            "status": 422,
            "detail": "some fields are not valid",
            "instance": "/api/v1/auth/register",
            "code": "VALIDATION_FAILED",
            "request_id": "req-12345678",
            "errors": [{ "field": "email", "code": "EMAIL_INVALID", "message": "not an e-mail address" }],
        })
    );
}

#[tokio::test]
async fn an_unknown_path_and_a_wrong_method_are_problems() {
    let world = World::new().await;
    assert_eq!(world.get("/api/v1/nothing").send().await.expect(404).problem(), "NOT_FOUND");
    let answer = world.get("/api/v1/auth/login").send().await.expect(405);
    assert_eq!(answer.problem(), "METHOD_NOT_ALLOWED");
    assert_eq!(answer.header("allow"), "POST");
    assert_eq!(world.get("/api/v1/tenants/%ff").send().await.expect(401).problem(), "UNAUTHENTICATED");
    let token = world.user("ana@example.com").await;
    assert_eq!(
        world.get("/api/v1/tenants/%ff").bearer(&token).send().await.expect(404).problem(),
        "NOT_FOUND"
    );
}

#[tokio::test]
async fn who_needs_a_credential_is_told_which() {
    let world = World::new().await;
    let answer = world.get("/api/v1/auth/me").send().await.expect(401);
    assert_eq!(answer.problem(), "UNAUTHENTICATED");
    assert_eq!(answer.header("www-authenticate"), "Bearer");
    for credential in ["Bearer", "Bearer ", "Basic YTpi", "Bearer nonsense", "nonsense"] {
        let answer = world.get("/api/v1/auth/me").header("authorization", credential).send().await;
        assert_eq!(answer.expect(401).problem(), "UNAUTHENTICATED", "{credential}");
    }
}
