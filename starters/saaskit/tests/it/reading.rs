//! Reading changes nothing: every GET of the document, asked by somebody who may.

use saaskit_auth::User;
use saaskit_http_axum::{PublicUrl, document};
use serde_json::json;

use crate::world::{Ask, Engine, PASSWORD, World};

/// Some that whoever asks here is answered by, or the others were refused for a mistake of this test.
const HEARD: &[&str] = &[
    "/api/v1/admin/roles",
    "/api/v1/admin/users",
    "/api/v1/admin/users/{id}",
    "/api/v1/auth/me",
    "/api/v1/sessions",
    "/api/v1/tenants",
    "/api/v1/tenants/{id}",
    "/api/v1/tenants/{id}/members",
    "/api/v1/tenants/{id}/roles",
    "/api/v1/users/export",
    "/api/v1/users/profile",
    "/reset-password",
    "/verify-email",
];

/// Who may read nearly everything, and the workspace that is theirs.
async fn operator_with_a_workspace(world: &World) -> (User, String, String) {
    let user = world.account("ops@example.org", |user| User { super_admin: true, ..user }).await;
    let log_in = json!({ "email": "ops@example.org", "password": PASSWORD });
    let answer = world.see(&Ask::new("POST", "/api/v1/auth/login").json(&log_in)).await;
    let answer: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    let token = answer["access_token"].as_str().unwrap().to_owned();
    let make = Ask::new("POST", "/api/v1/tenants").bearer(&token);
    let tenant = world.see(&make.json(&json!({ "name": "Acme", "slug": "acme" }))).await;
    let tenant: serde_json::Value = serde_json::from_str(&tenant.body).unwrap();
    (user, token, tenant["id"].as_str().unwrap().to_owned())
}

fn gets() -> Vec<String> {
    let document = document(&PublicUrl::parse("http://localhost:8080").unwrap());
    let document = serde_json::to_value(document).unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    paths.filter(|(_, item)| item["get"].is_object()).map(|(path, _)| path.clone()).collect()
}

#[tokio::test]
async fn no_get_writes_anything_but_that_data_was_given_out() {
    let world = World::new(Engine::Sqlite).await;
    let (user, token, tenant) = operator_with_a_workspace(&world).await;
    let user = user.id.to_string();
    for path in gets() {
        let id = if path.starts_with("/api/v1/tenants") { &tenant } else { &user };
        let mut asked = path.replace("{id}", id).replace("{user_id}", &user).replace("{file}", "none");
        if path.ends_with("/permissions") {
            asked.push_str("?permission=users:read");
        }
        for method in ["GET", "HEAD"] {
            let seen = world.see(&Ask::new(method, asked.as_str()).bearer(&token)).await;
            assert!(seen.status == 200 || !HEARD.contains(&path.as_str()), "{method} {path}: {seen:?}");
            let is_export = path == "/api/v1/users/export";
            let is_told =
                |done: &String| done.starts_with("[] [] [] [(\"auth.export\",") && done.ends_with(" 0");
            let others = seen.done.iter().filter(|done| !(is_export && is_told(done)));
            assert_eq!(others.count(), 0, "{method} {path}: {seen:?}");
        }
    }
}
