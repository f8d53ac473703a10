use saaskit_kernel::{Call, Secret, Source};
use serde_json::{Value, json};

use crate::world::{Answer, PASSWORD, World};

const ROLES: &str = "/api/v1/admin/roles";

/// Somebody who operates the installation, signed in.
async fn operator(world: &World) -> String {
    let (call, password) = (Call::of_operator(&Source::system()), Secret::new(PASSWORD));
    world.auth.create_admin(&call, "ops@example.com", &password, None).await.unwrap();
    world.log_in("ops@example.com").await
}

async fn id_of(world: &World, token: &str) -> String {
    let me = world.get("/api/v1/auth/me").bypassing().bearer(token).send().await.expect(200).json();
    me["id"].as_str().unwrap().to_owned()
}

async fn ask(world: &World, method: &str, path: &str, token: &str, body: &Value) -> Answer {
    let asked = world.ask(method, path).bypassing().bearer(token);
    if body.is_null() { asked.send().await } else { asked.json(body).await }
}

/// Makes a role; gives its id.
async fn role(world: &World, at: &str, token: &str, name: &str, permissions: &[&str]) -> String {
    let body = json!({ "name": name, "permissions": permissions });
    let answer = ask(world, "POST", at, token, &body).await.expect(201);
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(answer.header("location"), format!("{at}/{id}"));
    id
}

#[tokio::test]
async fn an_operator_makes_changes_gives_and_removes_a_role() {
    let world = World::new().await;
    let ops = operator(&world).await;
    let ben = world.user("ben@example.com").await;
    let ben_id = id_of(&world, &ben).await;
    assert_eq!(
        ask(&world, "GET", ROLES, &ben, &Value::Null).await.expect(403).problem(),
        "PERMISSION_MISSING"
    );

    let support = role(&world, ROLES, &ops, "Support", &["users:*", "roles:read"]).await;
    let listed = ask(&world, "GET", ROLES, &ops, &Value::Null).await.expect(200).json();
    let names: Vec<_> = listed["data"].as_array().unwrap().iter().map(|role| &role["name"]).collect();
    assert_eq!(names, ["user", "moderator", "admin", "Support"]);
    assert_eq!(listed["data"][3]["permissions"], json!(["roles:read", "users:*"]));

    let given = format!("/api/v1/admin/users/{ben_id}/roles");
    let answer = ask(&world, "PUT", &given, &ops, &json!({ "roles": [support] })).await.expect(200);
    assert_eq!(answer.json()["data"][0]["name"], "Support");
    ask(&world, "GET", ROLES, &ben, &Value::Null).await.expect(200);
    let wide = json!({ "name": "Wide", "permissions": ["*"] });
    assert_eq!(ask(&world, "POST", ROLES, &ben, &wide).await.expect(403).problem(), "PERMISSION_MISSING");

    let why = format!("/api/v1/admin/users/{ben_id}/permissions?permission=users:lock");
    let why = ask(&world, "GET", &why, &ben, &Value::Null).await.expect(200).json();
    assert_eq!((&why["allowed"], &why["missing"]), (&json!(true), &Value::Null));
    assert_eq!(why["because"], json!([{ "role": support, "name": "Support", "permission": "users:*" }]));

    let changed = json!({ "name": "Helpers", "permissions": ["users:read"] });
    let at = format!("{ROLES}/{support}");
    assert_eq!(ask(&world, "PUT", &at, &ops, &changed).await.expect(200).json()["name"], "Helpers");
    ask(&world, "GET", ROLES, &ben, &Value::Null).await.expect(403);
    ask(&world, "DELETE", &at, &ops, &Value::Null).await.expect(204);
    assert_eq!(ask(&world, "DELETE", &at, &ops, &Value::Null).await.expect(404).problem(), "ROLE_NOT_FOUND");
    let why = format!("/api/v1/admin/users/{ben_id}/permissions?permission=users:read");
    let why = ask(&world, "GET", &why, &ops, &Value::Null).await.expect(200).json();
    assert_eq!((&why["allowed"], &why["missing"]), (&json!(false), &json!("users:read")));
}

#[tokio::test]
async fn what_is_wrong_is_told_by_field_and_what_is_not_there_is_not_found() {
    let world = World::new().await;
    let ops = operator(&world).await;
    let bad = json!({ "name": " ", "permissions": ["Users"] });
    let errors = ask(&world, "POST", ROLES, &ops, &bad).await.expect(422).errors();
    let expected = [("name", "NAME_INVALID"), ("permissions", "PERMISSION_INVALID")];
    assert_eq!(errors, expected.map(|(field, code)| (field.to_owned(), code.to_owned())));
    for (method, path, body, code) in [
        ("DELETE", "/api/v1/admin/roles/rol_nothing", Value::Null, "ROLE_NOT_FOUND"),
        ("PUT", "/api/v1/admin/users/usr_nobody/roles", json!({ "roles": [] }), "USER_NOT_FOUND"),
        (
            "GET",
            "/api/v1/admin/users/usr_nobody/permissions?permission=users:read",
            Value::Null,
            "USER_NOT_FOUND",
        ),
    ] {
        assert_eq!(ask(&world, method, path, &ops, &body).await.expect(404).problem(), code, "{path}");
    }
    let admin = "/api/v1/admin/roles/rol_00000000000000000000000003";
    assert_eq!(ask(&world, "DELETE", admin, &ops, &Value::Null).await.expect(409).problem(), "ROLE_FIXED");
}

#[tokio::test]
async fn an_owner_gives_members_roles_of_the_workspace_and_nobody_else_does() {
    let world = World::new().await;
    let ana = world.user("ana@example.com").await;
    let ben = world.user("ben@example.com").await;
    let [ana_id, ben_id] = [id_of(&world, &ana).await, id_of(&world, &ben).await];
    let acme = world.tenant(&ana, "acme").await;
    let roles = format!("/api/v1/tenants/{acme}/roles");
    let editors = role(&world, &roles, &ana, "Editors", &["members:read", "tenant-roles:read"]).await;
    let listed = ask(&world, "GET", &roles, &ana, &Value::Null).await.expect(200).json();
    let names: Vec<_> = listed["data"].as_array().unwrap().iter().map(|role| &role["name"]).collect();
    assert_eq!(names, ["member", "admin", "owner", "Editors"]);
    assert_eq!(
        ask(&world, "GET", &roles, &ben, &Value::Null).await.expect(404).problem(),
        "TENANT_NOT_FOUND"
    );

    let given = |user: &str| format!("/api/v1/tenants/{acme}/members/{user}/roles");
    let body = json!({ "roles": [editors] });
    let stranger = ask(&world, "PUT", &given(&ben_id), &ana, &body).await.expect(404);
    assert_eq!(stranger.problem(), "MEMBER_NOT_FOUND");
    ask(&world, "PUT", &given(&ana_id), &ana, &body).await.expect(200);
    let why = format!("/api/v1/tenants/{acme}/members/{ana_id}/permissions?permission=members:read");
    let why = ask(&world, "GET", &why, &ana, &Value::Null).await.expect(200).json();
    let because: Vec<_> = why["because"].as_array().unwrap().iter().map(|reason| &reason["name"]).collect();
    assert_eq!(because, ["owner", "Editors"]);

    let at = format!("{roles}/{editors}");
    let changed = json!({ "name": "Readers", "permissions": ["members:read"] });
    ask(&world, "PUT", &at, &ana, &changed).await.expect(200);
    ask(&world, "DELETE", &at, &ana, &Value::Null).await.expect(204);
}

#[tokio::test]
async fn who_owns_a_workspace_may_nothing_in_the_installation() {
    let world = World::new().await;
    let ana = world.user("ana@example.com").await;
    let acme = world.tenant(&ana, "acme").await;
    let enter = format!("/api/v1/tenants/{acme}/enter");
    let entered = ask(&world, "POST", &enter, &ana, &Value::Null).await.expect(200).json();
    let ana = entered["access_token"].as_str().unwrap().to_owned();
    for path in [ROLES, "/api/v1/admin/users/usr_nobody/permissions?permission=users:read"] {
        let refused = ask(&world, "GET", path, &ana, &Value::Null).await.expect(403);
        assert_eq!(refused.problem(), "PERMISSION_MISSING", "{path}");
    }
    let useless = json!({ "name": "Useless", "permissions": ["users:read"] });
    let roles = format!("/api/v1/tenants/{acme}/roles");
    let errors = ask(&world, "POST", &roles, &ana, &useless).await.expect(422).errors();
    assert_eq!(errors, [("permissions".to_owned(), "PERMISSION_UNKNOWN".to_owned())]);
}
