use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn a_workspace_is_made_shown_and_renamed() {
    let world = World::new().await;
    let ana = world.user("ana@example.com").await;
    let body = json!({ "name": "Acme, Inc.", "slug": "Acme" });
    let made = world.post("/api/v1/tenants").bearer(&ana).json(&body).await.expect(201);
    let tenant = made.json();
    let path = format!("/api/v1/tenants/{}", tenant["id"].as_str().unwrap());
    assert_eq!(made.header("location"), path);
    assert_eq!(
        tenant,
        json!({
            "id": tenant["id"],
            "name": "Acme, Inc.",
            "slug": "acme",
            "status": "active",
            "role": "owner",
            "created_at": "2100-01-01T00:00:00.000Z",
        })
    );
    assert_eq!(world.get(&path).bearer(&ana).send().await.expect(200).json(), tenant);

    let change = async |body| world.ask("PATCH", &path).bearer(&ana).json(&body).await;
    let renamed = change(json!({ "name": "Acme" })).await.expect(200).json();
    assert_eq!((&renamed["name"], &renamed["slug"]), (&json!("Acme"), &json!("acme")));
    assert_eq!(
        change(json!({ "slug": "admin" })).await.expect(422).errors(),
        [("slug".to_owned(), "SLUG_RESERVED".to_owned())]
    );
    assert_eq!(change(json!({ "owner": "me" })).await.expect(422).errors()[0].1, "FIELD_UNKNOWN");
    assert_eq!(world.get(&path).bearer(&ana).send().await.expect(200).json()["name"], "Acme");
}

#[tokio::test]
async fn a_taken_slug_is_a_conflict_and_wrong_fields_are_named_at_once() {
    let world = World::new().await;
    let ana = world.user("ana@example.com").await;
    world.tenant(&ana, "acme").await;
    let make = async |body| world.post("/api/v1/tenants").bearer(&ana).json(&body).await;
    assert_eq!(make(json!({ "name": "Other", "slug": "ACME" })).await.expect(409).problem(), "SLUG_TAKEN");
    let errors = make(json!({ "name": " ", "slug": "-" })).await.expect(422).errors();
    let fields: Vec<&str> = errors.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["name", "slug"]);
}

#[tokio::test]
async fn a_stranger_s_workspace_looks_like_none() {
    let world = World::new().await;
    let ana = world.user("ana@example.com").await;
    let bob = world.user("bob@example.com").await;
    let path = format!("/api/v1/tenants/{}", world.tenant(&ana, "acme").await);
    let seen_by_bob = async |method: &str, path: &str| {
        let ask = world.ask(method, path).bearer(&bob).header("x-request-id", "req-12345678");
        let answer = ask.json(&json!({ "name": "Mine now" })).await.expect(404);
        (answer.problem(), answer.json()["detail"].clone())
    };
    for method in ["GET", "PATCH"] {
        let nothing = seen_by_bob(method, "/api/v1/tenants/ten_01h455vb4pex5vsknk084sn02q").await;
        assert_eq!(seen_by_bob(method, &path).await, nothing);
        assert_eq!(seen_by_bob(method, "/api/v1/tenants/nonsense").await, nothing);
    }
    assert_eq!(world.get(&path).bearer(&ana).send().await.expect(200).json()["name"], "acme");
    assert_eq!(world.get("/api/v1/tenants").bearer(&bob).send().await.expect(200).json()["data"], json!([]));
}
