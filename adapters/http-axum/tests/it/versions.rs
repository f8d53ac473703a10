//! Changes that are meant for one version of what they change.

use saaskit_kernel::{Call, Secret, Source};
use saaskit_tenants::Role;
use serde_json::{Value, json};

use crate::members::{join, me};
use crate::world::{PASSWORD, World};

/// Reads it, changes it once as it was seen, and then no more until it is looked at again.
async fn assert_versioned(
    world: &World,
    token: &str,
    (method, path): (&str, &str),
    [once, again]: [Value; 2],
) {
    let look = async || {
        let seen = world.get(path).bypassing().bearer(token).send().await.expect(200);
        seen.header("etag").to_owned()
    };
    let change = async |seen: &str, to: &Value| {
        let ask = world.ask(method, path).bypassing().bearer(token).header("if-match", seen);
        ask.json(to).await
    };
    let seen = look().await;
    let changed = change(&seen, &once).await.expect(200);
    let late = change(&seen, &again).await.expect(412);
    assert_eq!(late.problem(), "PRECONDITION_FAILED", "{method} {path}");
    assert_eq!(look().await, changed.header("etag"), "{method} {path}");
    change(changed.header("etag"), &again).await.expect(200);
    change("*", &once).await.expect(200);
}

fn policy(seconds: u64) -> Value {
    json!({ "mfa_required": false, "session_max_seconds": seconds, "methods": [], "ip_ranges": [] })
}

#[tokio::test]
async fn what_others_changed_meanwhile_is_not_changed_by_who_saw_it_before() {
    let world = World::new().await;
    let (ana, ben) = (world.user("ana@example.com").await, world.user("ben@example.com").await);
    let acme = world.tenant(&ana, "acme").await;
    let bens = join(&world, &acme, &me(&world, &ben).await, Role::Member).await;
    let tenant = format!("/api/v1/tenants/{acme}");
    let named = |name: &str| json!({ "name": name });
    assert_versioned(&world, &ana, ("PATCH", &tenant), ["Acme 2", "Acme 3"].map(named)).await;
    let path = format!("{tenant}/policy");
    assert_versioned(&world, &ana, ("PUT", &path), [policy(3_600), policy(7_200)]).await;
    let path = format!("{tenant}/members/{bens}");
    let roles = ["admin", "member"].map(|role| json!({ "role": role }));
    assert_versioned(&world, &ana, ("PATCH", &path), roles).await;
    let profile = ["Ana", "Ana Pop"].map(|name| json!({ "name": name, "locale": "en" }));
    assert_versioned(&world, &ana, ("PUT", "/api/v1/users/profile"), profile).await;

    let (call, password) = (Call::of_operator(&Source::system()), Secret::new(PASSWORD));
    world.auth.create_admin(&call, "ops@example.com", &password, None).await.unwrap();
    let ops = world.log_in("ops@example.com").await;
    for (token, at, permission) in [
        (&ana, format!("{tenant}/roles"), "members:read"),
        (&ops, "/api/v1/admin/roles".to_owned(), "users:read"),
    ] {
        let role = |name: &str| json!({ "name": name, "permissions": [permission] });
        let made = world.post(&at).bypassing().bearer(token).json(&role("Readers")).await.expect(201);
        let path = made.header("location").to_owned();
        let seen = world.get(&path).bypassing().bearer(token).send().await.expect(200);
        assert_eq!((seen.header("etag"), seen.json()), (made.header("etag"), made.json()));
        assert_versioned(&world, token, ("PUT", &path), ["Lookers", "Seers"].map(role)).await;
        let nothing = format!("{at}/rol_01h455vb4pex5vsknk084sn02q");
        let missing = world.get(&nothing).bypassing().bearer(token).send().await.expect(404);
        assert_eq!(missing.problem(), "ROLE_NOT_FOUND");
    }
}
