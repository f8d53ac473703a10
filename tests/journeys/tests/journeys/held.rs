//! A transaction that nobody ends, as on MongoDB that of a server that was killed in the middle of a commit: it holds
//! what it wrote to until the database gives it up.

use std::time::Duration;

use mongodb::bson::{Document, doc};
use mongodb::{Client, ClientSession};
use reqwest::Method;
use saaskit_journeys::{Answer, Engine, PASSWORD, World};
use serde_json::json;
use tokio::time::timeout;

/// Begins one that holds an account.
async fn hold(database: &str, email: &str) -> ClientSession {
    let client = Client::with_uri_str(database).await.unwrap();
    let mut session = client.start_session().await.unwrap();
    session.start_transaction().await.unwrap();
    let users = client.default_database().unwrap().collection::<Document>("auth_users");
    let touch = doc! { "$set": { "touched": true } };
    let touched = users.update_one(doc! { "email_normal": email }, touch).session(&mut session);
    assert_eq!(touched.await.unwrap().matched_count, 1);
    session
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_held_is_told_in_time_to_come_again_and_nobody_else_waits() {
    let database = Engine::Mongo.make().await.unwrap();
    let world = World::new(Engine::Sqlite).await.with("DATABASE_URL", &database);
    let server = world.serve().await;
    let ana = server.client().become_user("ana@example.org").await;
    let ben = server.client().become_user("ben@example.org").await;
    let rename = async |person: &saaskit_journeys::Client, within: Duration| -> Answer {
        let shown = person.get("/api/v1/users/profile").await.expect(200);
        let request = person.request(Method::PUT, "/api/v1/users/profile");
        let request = request.header("if-match", shown.header("etag").unwrap());
        let request = request.json(&json!({"name": "New Name", "locale": "en"}));
        timeout(within, person.send(request)).await.expect("an answer comes in time")
    };
    let mut holding = hold(&database, "ana@example.org").await;
    let refused = rename(&ana, Duration::from_secs(15)).await.expect_problem(503, "UNAVAILABLE");
    let seconds = refused.header("retry-after").and_then(|seconds| seconds.parse::<u32>().ok());
    assert!(seconds.is_some_and(|seconds| seconds > 0), "{refused:?}");
    // What only reads the account, or another one, waits for nobody.
    let soon = Duration::from_secs(5);
    let _ = timeout(soon, ana.log_in("ana@example.org", PASSWORD)).await.unwrap().expect(200);
    let _ = rename(&ben, soon).await.expect(200);
    let _ = server.client().register("eve@example.org").await.expect(202);
    let _ = timeout(soon, server.client().mail_to("eve@example.org")).await.unwrap();
    holding.abort_transaction().await.unwrap();
    let _ = rename(&ana, soon).await.expect(200);
    server.stop().await;
}
