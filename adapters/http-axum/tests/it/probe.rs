//! Everybody tries every route of a workspace: what each gets follows from the table of routes alone.

mod route;

use saaskit_kernel::{Commit, Name, Slug, Source, Store, UserId};
use saaskit_tenants::write::{MembershipWrite, TenantWrite, TenantsWrite};
use saaskit_tenants::{Membership, MembershipId, Role, Tenant, TenantStatus};
use serde_json::{Value, json};

use crate::world::{Answer, World};

use route::{Ids, Route, routes};

/// What a route of a workspace may be while that is suspended: read still, by the route's own rule.
const OPEN_WHILE_SUSPENDED: [&str; 2] =
    ["GET /api/v1/tenants/{id}/export", "GET /api/v1/tenants/{id}/billing"];

const STATUSES: [TenantStatus; 3] = [TenantStatus::Active, TenantStatus::Suspended, TenantStatus::Deleted];

/// Who tries, and what they are in the workspace.
struct Prober {
    token: String,
    role: Option<Role>,
    user: UserId,
}

async fn probers(world: &World) -> Vec<Prober> {
    let mut probers = Vec::new();
    let roles = [None, Some(Role::Member), Some(Role::Admin), Some(Role::Owner)];
    for (number, role) in roles.into_iter().enumerate() {
        let token = world.user(&format!("prober{number}@example.com")).await;
        let me = world.get("/api/v1/auth/me").bypassing().bearer(&token).send().await.expect(200).json();
        probers.push(Prober { token, role, user: me["id"].as_str().unwrap().parse().unwrap() });
    }
    probers
}

/// A fresh workspace that the probers are in, each in their role; also the last membership.
async fn workspace(
    world: &World,
    probers: &[Prober],
    number: usize,
    status: TenantStatus,
) -> (String, Option<MembershipId>) {
    let source = Source::system();
    let (slug, name) = (Slug::parse(&format!("acme-{number}")).unwrap(), Name::parse("Acme").unwrap());
    let tenant = Tenant { status, ..Tenant::create(source.id(), slug, name, source.now()) };
    let mut commit = Commit::new().write(TenantsWrite::from(TenantWrite::Insert(tenant.clone())));
    let mut last = None;
    for Prober { user, role, .. } in probers {
        let Some(role) = *role else { continue };
        let member = Membership { role, ..Membership::of_owner(source.id(), tenant.id, *user, source.now()) };
        last = Some(member.id);
        commit = commit.write(TenantsWrite::from(MembershipWrite::Insert(member)));
    }
    world.memory.commit(commit).await.unwrap();
    (tenant.id.to_string(), last)
}

async fn ask(world: &World, route: &Route, ids: &Ids, token: Option<&str>) -> Answer {
    let asked = world.ask(route.method, &ids.put_into(&route.path)).bypassing();
    let asked = match token {
        Some(token) => asked.bearer(token),
        None => asked,
    };
    match &route.body {
        Some(body) => asked.header("content-type", "application/json").body(ids.put_into(body)).await,
        None => asked.send().await,
    }
}

/// All that is read of an answer, but its own name and the ids that were asked for.
fn read(answer: &Answer, ids: &Ids) -> (u16, Vec<(String, String)>, String) {
    let request = answer.header("x-request-id");
    let plain = |text: &str| ids.take_out_of(&text.replace(request, "<request>"));
    let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        (name.to_string(), plain(value.to_str().unwrap()))
    };
    (answer.status, answer.headers.iter().map(header).collect(), plain(&answer.body))
}

/// The code that keeps somebody out of the workspace, if that is what happened.
fn kept_out(answer: &Answer) -> Option<String> {
    let problem: Value = serde_json::from_str(&answer.body).ok()?;
    let code = problem["code"].as_str()?.to_owned();
    let is_door = ["TENANT_NOT_FOUND", "TENANT_SUSPENDED", "ROLE_TOO_LOW", "PERMISSION_MISSING"];
    is_door.contains(&code.as_str()).then_some(code)
}

#[tokio::test]
async fn every_route_of_a_workspace_keeps_out_everybody_its_row_keeps_out_and_nobody_else() {
    let world = World::new().await;
    let probers = probers(&world).await;
    let routes = routes(&world).await;
    assert!(routes.len() >= 12, "{} routes were found", routes.len());
    let mut number = 0;
    for route in &routes {
        let open_while_suspended = OPEN_WHILE_SUSPENDED.contains(&route.name.as_str());
        for status in STATUSES {
            for prober in &probers {
                number += 1;
                let (tenant, _) = workspace(&world, &probers, number, status).await;
                let answer = ask(&world, route, &Ids::unknown_in(&tenant), Some(&prober.token)).await;
                let expected = match (prober.role, status) {
                    (None, _) | (_, TenantStatus::Deleted) => Some((404, "TENANT_NOT_FOUND")),
                    (_, TenantStatus::Suspended) if !open_while_suspended => Some((403, "TENANT_SUSPENDED")),
                    (Some(role), _) if role < route.least => Some((403, route.refusal)),
                    _ => None,
                };
                let who = format!("{}, {status:?}, as {:?}: {}", route.name, prober.role, answer.body);
                let got = kept_out(&answer).map(|code| (answer.status, code));
                let expected = expected.map(|(status, code)| (status, code.to_owned()));
                assert_eq!(got, expected, "{who}");
                assert!(answer.status != 401 && answer.status < 500, "{who}");
            }
        }
    }
}

#[tokio::test]
async fn a_workspace_looks_to_a_stranger_as_one_that_is_not_there() {
    let world = World::new().await;
    let probers = probers(&world).await;
    let (stranger, owner) = (probers.first().unwrap(), probers.last().unwrap());
    let mut tenants = Vec::new();
    for (number, status) in STATUSES.into_iter().enumerate() {
        tenants.push((status, workspace(&world, &probers, number, status).await.0));
    }
    for route in &routes(&world).await {
        let nowhere = Ids::unknown_in("ten_01h455vb4pex5vsknk084sn02q");
        let expected = read(&ask(&world, route, &nowhere, Some(&stranger.token)).await, &nowhere);
        assert_eq!(expected.0, 404, "{}", route.name);
        for (status, tenant) in &tenants {
            let ids = Ids::unknown_in(tenant);
            let seen = ask(&world, route, &ids, Some(&stranger.token)).await;
            assert_eq!(read(&seen, &ids), expected, "{} of a workspace that is {status:?}", route.name);
            if *status == TenantStatus::Deleted {
                let seen = ask(&world, route, &ids, Some(&owner.token)).await;
                assert_eq!(read(&seen, &ids), expected, "{} of a workspace that was deleted", route.name);
            }
        }
    }
}

/// The ids of what is in the workspace of that owner: the member, and a role made there.
async fn inner_ids(world: &World, owner: &Prober, tenant: &str, member: MembershipId) -> Ids {
    let roles = world.post(&format!("/api/v1/tenants/{tenant}/roles")).bypassing().bearer(&owner.token);
    let role = roles.json(&json!({ "name": "Support", "permissions": [] })).await.expect(201).json();
    let role = role["id"].as_str().unwrap().to_owned();
    Ids { member: member.to_string(), user: owner.user.to_string(), role, ..Ids::unknown_in(tenant) }
}

#[tokio::test]
async fn what_is_in_another_workspace_looks_as_what_is_not_there() {
    let world = World::new().await;
    let mut probers = probers(&world).await;
    let other = Prober { role: Some(Role::Owner), ..probers.remove(0) };
    let owner = probers.pop().unwrap();
    let (mut named, mut number) = (0, 0);
    for route in &routes(&world).await {
        let told = format!("{}{}", route.path, route.body.as_deref().unwrap_or_default());
        if !Ids::names_inner(&told) {
            continue;
        }
        number += 2;
        let (theirs, member) =
            workspace(&world, std::slice::from_ref(&other), number, TenantStatus::Active).await;
        let theirs = inner_ids(&world, &other, &theirs, member.unwrap()).await;
        let (mine, _) =
            workspace(&world, std::slice::from_ref(&owner), number + 1, TenantStatus::Active).await;
        let unknown = Ids::unknown_in(&mine);
        let expected = read(&ask(&world, route, &unknown, Some(&owner.token)).await, &unknown);
        assert!((400..500).contains(&expected.0), "{}: {expected:?}", route.name);
        let foreign = Ids { tenant: mine, ..theirs };
        let seen = read(&ask(&world, route, &foreign, Some(&owner.token)).await, &foreign);
        assert_eq!(seen, expected, "{}", route.name);
        named += 1;
    }
    assert!(named >= 6, "{named} routes name something in a workspace");
}

#[tokio::test]
async fn no_route_of_a_workspace_is_for_who_has_not_said_who_they_are_or_names_no_workspace() {
    let world = World::new().await;
    let probers = probers(&world).await;
    let (acme, _) = workspace(&world, &probers, 1, TenantStatus::Active).await;
    let owner = probers.last().unwrap();
    for route in &routes(&world).await {
        let answer = ask(&world, route, &Ids::unknown_in(&acme), None).await;
        assert_eq!(answer.status, 401, "{}: {}", route.name, answer.body);
        for nowhere in ["ten_01h455vb4pex5vsknk084sn02q", "nonsense", "acme-1"] {
            let answer = ask(&world, route, &Ids::unknown_in(nowhere), Some(&owner.token)).await;
            let got = (answer.status, kept_out(&answer));
            assert_eq!(got, (404, Some("TENANT_NOT_FOUND".to_owned())), "{} of {nowhere}", route.name);
        }
    }
}
