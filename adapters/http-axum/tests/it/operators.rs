use saaskit_kernel::{Call, Secret, Source};
use saaskit_tenants::Role;
use serde_json::{Value, json};

use crate::members::{join, me};
use crate::world::{Answer, PASSWORD, World};

const OPS: &str = "ops@example.com";

/// Somebody who operates the installation, signed in.
pub(crate) async fn operator(world: &World) -> String {
    let call = Call::of_operator(&Source::system());
    world.auth.create_admin(&call, OPS, &Secret::new(PASSWORD), None).await.unwrap();
    world.log_in(OPS).await
}

async fn find(world: &World, ops: &str, query: &str) -> Value {
    world.get(&format!("/api/v1/admin/users{query}")).bearer(ops).send().await.expect(200).json()
}

async fn act(world: &World, ops: &str, method: &str, path: &str) -> Answer {
    let ask = world.ask(method, &format!("/api/v1/admin/users/{path}")).bearer(ops).bypassing();
    ask.json(&json!({ "reason": "by ticket 7" })).await
}

#[tokio::test]
async fn an_operator_finds_locks_unlocks_deletes_and_restores_an_account() {
    let world = World::new().await;
    let ops = operator(&world).await;
    let access = world.user("ana@example.com").await;
    let found = find(&world, &ops, "?q=an").await;
    let id = found["data"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!((&found["data"][0]["status"], &found["has_more"]), (&json!("active"), &json!(false)));
    assert!(found["data"][0].get("password").is_none());

    let locked = act(&world, &ops, "PUT", &format!("{id}/lock")).await.expect(200).json();
    assert_eq!(locked["status"], "suspended");
    world.get("/api/v1/auth/me").bearer(&access).send().await.expect(401);
    assert_eq!(find(&world, &ops, "?status=suspended").await["data"][0]["id"], json!(id));
    act(&world, &ops, "PUT", &format!("{id}/unlock")).await.expect(200);
    act(&world, &ops, "DELETE", &id).await.expect(200);
    assert_eq!(
        act(&world, &ops, "PUT", &format!("{id}/lock")).await.expect(409).problem(),
        "STATUS_CONFLICT"
    );
    act(&world, &ops, "POST", &format!("{id}/restore")).await.expect(200);
    act(&world, &ops, "POST", &format!("{id}/password-reset")).await.expect(202);
    let shown = world.get(&format!("/api/v1/admin/users/{id}")).bearer(&ops).send().await.expect(200).json();
    assert_eq!(shown["status"], "active");
}

#[tokio::test]
async fn only_who_may_sees_and_changes_accounts() {
    let world = World::new().await;
    operator(&world).await;
    let access = world.user("ana@example.com").await;
    world.get("/api/v1/admin/users").send().await.expect(401);
    let refused = world.get("/api/v1/admin/users").bearer(&access).send().await.expect(403);
    assert_eq!(refused.problem(), "PERMISSION_MISSING");
    let me = world.get("/api/v1/auth/me").bearer(&access).send().await.expect(200).json();
    let id = me["id"].as_str().unwrap();
    for (method, path) in [
        ("PUT", format!("{id}/lock")),
        ("PUT", format!("{id}/unlock")),
        ("DELETE", id.to_owned()),
        ("POST", format!("{id}/restore")),
        ("POST", format!("{id}/password-reset")),
    ] {
        act(&world, &access, method, &path).await.expect(403);
    }
}

#[tokio::test]
async fn a_reason_is_asked_for_and_who_is_not_there_is_not_found() {
    let world = World::new().await;
    let ops = operator(&world).await;
    assert_eq!(act(&world, &ops, "PUT", "nobody/lock").await.expect(404).problem(), "USER_NOT_FOUND");
    let me = world.get("/api/v1/auth/me").bearer(&ops).send().await.expect(200).json();
    let id = me["id"].as_str().unwrap();
    let blank = world.ask("PUT", &format!("/api/v1/admin/users/{id}/lock")).bearer(&ops);
    let blank = blank.json(&json!({ "reason": " " })).await.expect(422);
    assert_eq!(blank.errors(), [("reason".into(), "REASON_INVALID".into())]);
    assert_eq!(act(&world, &ops, "PUT", &format!("{id}/lock")).await.expect(409).problem(), "OWN_ACCOUNT");
    let gone = world.ask("DELETE", "/api/v1/users/account").bearer(&ops).send().await.expect(409);
    assert_eq!(gone.problem(), "LAST_OPERATOR");
}

#[tokio::test]
async fn an_operator_sees_beside_each_user_what_they_are_in_which_workspaces() {
    let world = World::new().await;
    let ops = operator(&world).await;
    let (ana, bob) = (world.user("ana@example.com").await, world.user("bob@example.com").await);
    let acme = world.tenant(&ana, "acme").await;
    let found = find(&world, &ops, "?q=ana").await;
    assert_eq!(found["data"][0]["email"], "ana@example.com");
    let tenants = found["data"][0]["tenants"].as_array().unwrap();
    assert_eq!((tenants.len(), &found["data"][0]["tenant_count"]), (1, &json!(1)));
    assert_eq!(tenants[0]["id"], json!(acme));
    for (field, word) in [
        ("name", "acme"),
        ("slug", "acme"),
        ("status", "active"),
        ("role", "owner"),
        ("membership_status", "active"),
    ] {
        assert_eq!(tenants[0][field], word);
    }
    let none = find(&world, &ops, "?q=bob").await;
    assert_eq!((&none["data"][0]["tenants"], &none["data"][0]["tenant_count"]), (&json!([]), &json!(0)));

    for number in 0..11 {
        world.tenant(&bob, &format!("bobs-{number}")).await;
    }
    let many = find(&world, &ops, "").await;
    let of =
        |email: &str| many["data"].as_array().unwrap().iter().find(|user| user["email"] == email).unwrap();
    assert_eq!(of("ana@example.com")["tenants"][0]["slug"], "acme");
    assert_eq!(of("bob@example.com")["tenants"].as_array().unwrap().len(), 10);
    assert_eq!(of("bob@example.com")["tenant_count"], 11);
    let id = of("bob@example.com")["id"].as_str().unwrap();
    let shown = world.get(&format!("/api/v1/admin/users/{id}")).bearer(&ops).send().await.expect(200).json();
    assert_eq!(&shown, of("bob@example.com"));
}

#[tokio::test]
async fn the_last_owner_of_a_workspace_keeps_the_account_and_whoever_is_no_owner_leaves_with_it() {
    let world = World::new().await;
    let ops = operator(&world).await;
    let (ana, bob) = (world.user("ana@example.com").await, world.user("bob@example.com").await);
    let acme = world.tenant(&ana, "acme").await;
    let delete = || world.ask("DELETE", "/api/v1/users/account");
    assert_eq!(delete().bearer(&ana).send().await.expect(409).problem(), "LAST_OWNER");
    let anas = me(&world, &ana).await.to_string();
    assert_eq!(act(&world, &ops, "DELETE", &anas).await.expect(409).problem(), "LAST_OWNER");

    let bobs = me(&world, &bob).await;
    join(&world, &acme, &bobs, Role::Member).await;
    delete().bearer(&bob).send().await.expect(204);
    let shown = find(&world, &ops, "?q=bob").await["data"][0].clone();
    assert_eq!((&shown["status"], &shown["tenant_count"]), (&json!("deleted"), &json!(1)));
    assert_eq!(shown["tenants"][0]["membership_status"], "ended");
    act(&world, &ops, "POST", &format!("{bobs}/restore")).await.expect(200);
    let shown = find(&world, &ops, "?q=bob").await["data"][0].clone();
    assert_eq!(shown["tenants"][0]["membership_status"], "active");
}
