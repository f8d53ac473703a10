//! Everybody tries every route of a workspace: what each gets follows from the table of routes alone.

use std::collections::BTreeMap;
use std::fs;

use saaskit_kernel::{Commit, Name, Slug, Source, Store, UserId};
use saaskit_tenants::write::{MembershipWrite, TenantWrite, TenantsWrite};
use saaskit_tenants::{Membership, Role, Tenant, TenantStatus};
use serde_json::Value;

use crate::world::{Answer, World};

/// What a route of a workspace may be while that is suspended: read still, by the route's own rule.
const OPEN_WHILE_SUSPENDED: [&str; 2] =
    ["GET /api/v1/tenants/{id}/export", "GET /api/v1/tenants/{id}/billing"];

/// Who may use each route, as the catalogue says: its key is `GET /api/v1/tenants/{id}`.
fn table() -> BTreeMap<String, String> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/routes.md");
    let text = fs::read_to_string(file).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| ")).filter_map(|line| {
        let (route, rest) = line.split_once(" | ")?;
        let (access, _) = rest.split_once(" | ")?;
        Some((route.replace('`', ""), access.to_owned()))
    });
    rows.collect()
}

/// Every documented route with a workspace in its path: method, path, and the role that may use it.
async fn routes_of_a_workspace(world: &World) -> Vec<(String, String, Option<Role>)> {
    let document = world.get("/api/openapi.json").send().await.expect(200).json();
    let table = table();
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        if !path.starts_with("/api/v1/tenants/{id}") {
            continue;
        }
        for method in item.as_object().unwrap().keys().map(|method| method.to_uppercase()) {
            let row = table.get(&format!("{method} {path}"));
            let access = row.unwrap_or_else(|| panic!("{method} {path} is in no row of docs/routes.md"));
            assert_ne!(access, "public", "{method} {path}");
            // A permission is asked for besides being in the workspace; which role has it is told elsewhere.
            routes.push((method, path.clone(), Role::parse(access)));
        }
    }
    routes
}

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

/// A fresh workspace that the probers are in, each in their role.
async fn workspace(world: &World, probers: &[Prober], number: usize, status: TenantStatus) -> Tenant {
    let source = Source::system();
    let (slug, name) = (Slug::parse(&format!("acme-{number}")).unwrap(), Name::parse("Acme").unwrap());
    let tenant = Tenant { status, ..Tenant::create(source.id(), slug, name, source.now()) };
    let mut commit = Commit::new().write(TenantsWrite::from(TenantWrite::Insert(tenant.clone())));
    for Prober { user, role, .. } in probers {
        let Some(role) = *role else { continue };
        let member = Membership { role, ..Membership::of_owner(source.id(), tenant.id, *user, source.now()) };
        commit = commit.write(TenantsWrite::from(MembershipWrite::Insert(member)));
    }
    world.memory.commit(commit).await.unwrap();
    tenant
}

async fn try_route(world: &World, method: &str, path: &str, tenant: &str, token: Option<&str>) -> Answer {
    let mut parts = path.replace("{id}", tenant);
    while let Some((before, rest)) = parts.clone().split_once('{') {
        let (_, after) = rest.split_once('}').unwrap();
        parts = format!("{before}nobody{after}");
    }
    let ask = world.ask(method, &parts).bypassing();
    let ask = match token {
        Some(token) => ask.bearer(token),
        None => ask,
    };
    ask.json(&Value::Object(serde_json::Map::new())).await
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
    let routes = routes_of_a_workspace(&world).await;
    assert!(routes.len() >= 12, "{} routes were found", routes.len());
    let statuses = [TenantStatus::Active, TenantStatus::Suspended, TenantStatus::Deleted];
    let mut number = 0;
    for (method, path, least) in &routes {
        let open_while_suspended = OPEN_WHILE_SUSPENDED.contains(&format!("{method} {path}").as_str());
        for status in statuses {
            for prober in &probers {
                number += 1;
                let tenant = workspace(&world, &probers, number, status).await.id.to_string();
                let answer = try_route(&world, method, path, &tenant, Some(&prober.token)).await;
                let expected = match (prober.role, status) {
                    (None, _) | (_, TenantStatus::Deleted) => Some((404, "TENANT_NOT_FOUND")),
                    (_, TenantStatus::Suspended) if !open_while_suspended => Some((403, "TENANT_SUSPENDED")),
                    (role, _) if least.is_some() && role < *least => Some((403, "ROLE_TOO_LOW")),
                    _ => None,
                };
                let who = format!("{method} {path}, {status:?}, as {:?}: {}", prober.role, answer.body);
                match expected {
                    Some((status, code)) => {
                        assert_eq!(
                            (answer.status, kept_out(&answer).as_deref()),
                            (status, Some(code)),
                            "{who}"
                        );
                    }
                    None if least.is_some() => {
                        assert_eq!(kept_out(&answer), None, "{who}");
                        assert!(answer.status != 401 && answer.status < 500, "{who}");
                    }
                    None => assert!(answer.status < 500, "{who}"),
                }
            }
        }
    }
}

#[tokio::test]
async fn no_route_of_a_workspace_is_for_who_has_not_said_who_they_are_or_names_no_workspace() {
    let world = World::new().await;
    let probers = probers(&world).await;
    let acme = workspace(&world, &probers, 1, TenantStatus::Active).await.id.to_string();
    let owner = probers.last().unwrap();
    for (method, path, _) in routes_of_a_workspace(&world).await {
        let answer = try_route(&world, &method, &path, &acme, None).await;
        assert_eq!(answer.status, 401, "{method} {path}: {}", answer.body);
        for nowhere in ["ten_01h455vb4pex5vsknk084sn02q", "nonsense", "acme-1"] {
            let answer = try_route(&world, &method, &path, nowhere, Some(&owner.token)).await;
            let who = format!("{method} {path} of {nowhere}: {}", answer.body);
            assert_eq!(
                (answer.status, kept_out(&answer).as_deref()),
                (404, Some("TENANT_NOT_FOUND")),
                "{who}"
            );
        }
    }
}
