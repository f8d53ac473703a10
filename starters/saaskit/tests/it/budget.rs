//! What requests cost: how often the database is asked.

use serde_json::json;

use crate::world::{Ask, Engine, PASSWORD, Seen, World, on_sql_engines};

on_sql_engines!(
    a_verified_request_and_a_workspace_that_is_remembered_cost_no_statement
    signing_in_costs_three_reads_and_eight_writes_at_most_and_going_on_two_trips
);

const ANA: &str = "ana@example.org";

async fn log_in(world: &World) -> (Seen, [String; 2]) {
    let login = json!({ "email": ANA, "password": PASSWORD });
    let seen = world.see(&Ask::new("POST", "/api/v1/auth/login").json(&login)).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    let tokens: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
    let tokens = ["access_token", "refresh_token"].map(|name| tokens[name].as_str().unwrap().to_owned());
    (seen, tokens)
}

async fn a_verified_request_and_a_workspace_that_is_remembered_cost_no_statement(engine: Engine) {
    let world = World::new(engine).await;
    world.account(ANA, |user| user).await;
    let (_, [token, _]) = log_in(&world).await;
    let made = Ask::new("POST", "/api/v1/tenants").json(&json!({ "name": "Acme", "slug": "acme" }));
    let made = world.see(&made.bearer(&token)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made: serde_json::Value = serde_json::from_str(&made.body).unwrap();
    let workspace = format!("/api/v1/tenants/{}", made["id"].as_str().unwrap());
    let read = Ask::new("GET", workspace).bearer(&token);
    world.app.refresh().await.unwrap();
    let first = world.see(&read).await;
    assert!(first.statements > 0, "nobody has asked for it before: {first:?}");
    let again = world.see(&read).await;
    assert_eq!((again.status, again.statements), (200, 0), "{}", again.body);
}

async fn signing_in_costs_three_reads_and_eight_writes_at_most_and_going_on_two_trips(engine: Engine) {
    let world = World::new(engine).await;
    world.account(ANA, |user| user).await;
    let (seen, [_, refresh]) = log_in(&world).await;
    assert!(seen.statements <= 3 + 8, "{seen:?}");
    let renewed = Ask::new("POST", "/api/v1/auth/refresh").json(&json!({ "refresh_token": refresh }));
    let renewed = world.see(&renewed).await;
    assert_eq!((renewed.status, renewed.statements), (200, 2), "{}", renewed.body);
}
