use saaskit_kernel::{Commit, Source, Store, TenantId, UserId};
use saaskit_tenants::write::{MembershipWrite, TenantsWrite};
use saaskit_tenants::{Membership, Role};
use serde_json::{Value, json};

use crate::world::World;

/// A workspace of ana, and bob who joined it as a member; gives their tokens, the path and bob's membership.
async fn given(world: &World) -> (String, String, String, String) {
    let ana = world.user("ana@example.com").await;
    let bob = world.user("bob@example.com").await;
    let acme = world.tenant(&ana, "acme").await;
    let member = join(world, &acme, &me(world, &bob).await, Role::Member).await;
    (ana, bob, format!("/api/v1/tenants/{acme}"), member)
}

pub(crate) async fn me(world: &World, token: &str) -> UserId {
    let me = world.get("/api/v1/auth/me").bearer(token).send().await.expect(200).json();
    me["id"].as_str().unwrap().parse().unwrap()
}

/// Puts somebody into a workspace, as accepting an invitation would; gives the id of the membership.
pub(crate) async fn join(world: &World, tenant: &str, user: &UserId, role: Role) -> String {
    let source = Source::system();
    let tenant: TenantId = tenant.parse().unwrap();
    let member = Membership { role, ..Membership::of_owner(source.id(), tenant, *user, source.now()) };
    let id = member.id.to_string();
    let commit = Commit::new().write(TenantsWrite::from(MembershipWrite::Insert(member)));
    world.memory.commit(commit).await.unwrap();
    id
}

#[tokio::test]
async fn members_are_listed_with_address_name_and_seats_given_a_role_and_removed() {
    let world = World::new().await;
    let (ana, bob, path, bobs) = given(&world).await;
    let listed = world.get(&format!("{path}/members")).bearer(&ana).send().await.expect(200).json();
    assert_eq!(listed["seats"], json!({ "used": 2, "limit": null }));
    let seen: Vec<[&Value; 3]> = listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| [&member["email"], &member["name"], &member["role"]])
        .collect();
    let (anas, bobs_name) = (json!("ana@example.com"), json!("Ana Pop"));
    assert!(seen.contains(&[&anas, &bobs_name, &json!("owner")]), "{seen:?}");
    assert!(seen.contains(&[&json!("bob@example.com"), &bobs_name, &json!("member")]), "{seen:?}");
    let first = world.get(&format!("{path}/members?limit=1")).bearer(&ana).send().await.expect(200).json();
    let next = first["next_cursor"].as_str().unwrap();
    let rest = world.get(&format!("{path}/members?limit=1&cursor={next}")).bearer(&ana).send().await;
    let rest = rest.expect(200).json();
    assert_ne!(rest["data"][0]["id"], first["data"][0]["id"]);
    assert_eq!(rest["has_more"], false);

    let one = format!("{path}/members/{bobs}");
    let change = async |token: &str, role: &str| {
        world.ask("PATCH", &one).bearer(token).json(&json!({ "role": role })).await
    };
    assert_eq!(change(&ana, "admin").await.expect(200).json()["role"], "admin");
    assert_eq!(change(&bob, "owner").await.expect(403).problem(), "ROLE_TOO_LOW");
    assert_eq!(
        change(&ana, "king").await.expect(422).errors(),
        [("role".to_owned(), "ROLE_INVALID".to_owned())]
    );
    assert_eq!(world.ask("DELETE", &one).bearer(&bob).send().await.expect(409).problem(), "MEMBER_IS_YOU");
    world.ask("DELETE", &one).bearer(&ana).send().await.expect(204);
    assert_eq!(world.get(&path).bearer(&bob).send().await.expect(404).problem(), "TENANT_NOT_FOUND");
    for nobody in [one.as_str(), &format!("{path}/members/nonsense")] {
        let gone = world.ask("DELETE", nobody).bearer(&ana).send().await;
        assert_eq!(gone.expect(404).problem(), "MEMBER_NOT_FOUND");
    }
}

#[tokio::test]
async fn who_deleted_the_account_is_listed_as_ended_and_can_only_be_removed() {
    let world = World::new().await;
    let (ana, bob, path, bobs) = given(&world).await;
    world.ask("DELETE", "/api/v1/users/account").bearer(&bob).send().await.expect(204);
    let listed = world.get(&format!("{path}/members")).bearer(&ana).send().await.expect(200).json();
    assert_eq!(listed["seats"]["used"], 1);
    let mut seen: Vec<[&str; 2]> = listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| ["email", "status"].map(|name| member[name].as_str().unwrap()))
        .collect();
    seen.sort_unstable();
    assert_eq!(seen, [["ana@example.com", "active"], ["bob@example.com", "ended"]]);
    let one = format!("{path}/members/{bobs}");
    let changed = world.ask("PATCH", &one).bearer(&ana).json(&json!({ "role": "admin" })).await;
    assert_eq!(changed.expect(409).problem(), "MEMBER_ENDED");
    world.ask("DELETE", &one).bearer(&ana).send().await.expect(204);
    let listed = world.get(&format!("{path}/members")).bearer(&ana).send().await.expect(200).json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_last_owner_does_not_leave_and_a_member_does() {
    let world = World::new().await;
    let (ana, bob, path, _) = given(&world).await;
    let leave = format!("{path}/leave");
    assert_eq!(world.post(&leave).bearer(&ana).send().await.expect(409).problem(), "LAST_OWNER");
    world.post(&leave).bearer(&bob).send().await.expect(204);
    world.post(&leave).bearer(&bob).send().await.expect(404);
}

#[tokio::test]
async fn ownership_is_offered_shown_and_accepted() {
    let world = World::new().await;
    let (ana, bob, path, bobs) = given(&world).await;
    let transfer = format!("{path}/transfer");
    let offer = json!({ "member": bobs });
    assert_eq!(world.post(&transfer).bearer(&bob).json(&offer).await.expect(403).problem(), "ROLE_TOO_LOW");
    let made = world.post(&transfer).bearer(&ana).json(&offer).await.expect(201).json();
    assert_eq!(made["member"], bobs.as_str());
    assert_eq!(world.get(&transfer).bearer(&bob).send().await.expect(200).json(), made);
    world.ask("DELETE", &transfer).bearer(&ana).send().await.expect(204);
    let accept = format!("{transfer}/accept");
    assert_eq!(world.post(&accept).bearer(&bob).send().await.expect(404).problem(), "TRANSFER_NOT_FOUND");
    world.post(&transfer).bearer(&ana).json(&offer).await.expect(201);
    world.post(&accept).bearer(&bob).send().await.expect(204);
    assert_eq!(world.get(&path).bearer(&bob).send().await.expect(200).json()["role"], "owner");
    assert_eq!(world.get(&path).bearer(&ana).send().await.expect(200).json()["role"], "admin");
}

#[tokio::test]
async fn who_falls_short_of_a_policy_is_told_what_would_do() {
    let world = World::new().await;
    let (ana, bob, path, _) = given(&world).await;
    let policy = format!("{path}/policy");
    let ask = json!({
        "mfa_required": false, "session_max_seconds": 3600, "methods": [], "ip_ranges": ["192.0.2.0/24"],
        "domains": [],
    });
    let set = world.ask("PUT", &policy).bearer(&ana).json(&ask).await.expect(200);
    assert_eq!(set.json(), ask);
    let refused = world.get(&path).bearer(&bob).peer("198.51.100.1").send().await.expect(401);
    assert_eq!(refused.problem(), "STEP_UP_REQUIRED");
    assert_eq!(refused.errors(), [("ip_ranges".to_owned(), "NETWORK_NOT_ACCEPTED".to_owned())]);
    assert!(refused.json()["detail"].as_str().unwrap().contains("3600 seconds"));
    world.get(&path).bearer(&bob).send().await.expect(200);
    world.get("/api/v1/tenants").bearer(&bob).peer("198.51.100.1").send().await.expect(200);

    let lockout = json!({
        "mfa_required": true, "session_max_seconds": null, "methods": [], "ip_ranges": [],
    });
    let refused = world.ask("PUT", &policy).bearer(&ana).json(&lockout).await.expect(422);
    assert_eq!(refused.errors(), [("mfa_required".to_owned(), "POLICY_LOCKS_YOU_OUT".to_owned())]);
    assert_eq!(world.get(&policy).bearer(&ana).send().await.expect(200).json(), ask);
}

#[tokio::test]
async fn a_header_that_can_be_no_workspace_is_refused_and_one_that_can_selects_and_opens_nothing() {
    let world = World::new().await;
    let (_, bob, path, _) = given(&world).await;
    let acme = path.rsplit('/').next().unwrap();
    let ask = |tenant: &str| world.get("/api/v1/tenants").bearer(&bob).header("x-tenant-id", tenant);
    ask(acme).send().await.expect(200);
    for tenant in ["", "acme", "usr_01h455vb4pex5vsknk084sn02q"] {
        assert_eq!(ask(tenant).send().await.expect(400).problem(), "TENANT_MISMATCH", "{tenant:?}");
    }
    let several = ask(acme).header("x-tenant-id", acme).send().await.expect(400);
    assert_eq!(several.problem(), "TENANT_MISMATCH");
    let eve = world.user("eve@example.com").await;
    let outside = world.get(&path).bearer(&eve).header("x-tenant-id", acme).send().await.expect(404);
    assert_eq!(outside.problem(), "TENANT_NOT_FOUND");
}
