use proptest::prelude::*;
use saaskit_auth::port::Roles;
use saaskit_auth::{
    GlobalRole, Known, Place, Role, RoleDraft, RoleSheet, Settings, SystemRole, TenantRole, User,
};
use saaskit_kernel::{Principal, TenantId};

use crate::world::{World, at_once, case, faults, refused, settings};

const ANA: &str = "ana@example.org";
const BEN: &str = "ben@example.org";
const HERE: Place = Place::Installation;

/// What these tests may ask for besides what auth knows.
fn known() -> Vec<Known> {
    vec![
        Known::new("reports:read", GlobalRole::Admin).unwrap(),
        Known::new("reports:write", GlobalRole::Admin).unwrap(),
        Known::new("pages:read", TenantRole::Member).unwrap(),
        Known::new("pages:write", TenantRole::Admin).unwrap(),
        Known::new("bills:write", TenantRole::Owner).unwrap(),
    ]
}

pub(crate) fn with_permissions() -> Settings {
    Settings { permissions: known(), ..settings() }
}

pub(crate) fn as_principal(world: &World, user: &User) -> Principal {
    Principal::new(user.id, world.source.id(), world.source.now())
}

pub(crate) fn draft(name: &str, permissions: &[&str]) -> RoleDraft {
    let permissions = permissions.iter().map(|text| (*text).to_owned()).collect();
    RoleDraft { name: name.to_owned(), permissions }
}

/// Somebody who operates the installation.
pub(crate) async fn operator(world: &World) -> Principal {
    world.user(ANA).await;
    world.change(ANA, |user| user.super_admin = true).await;
    as_principal(world, &world.stored(ANA).await.unwrap())
}

async fn give(world: &World, by: &Principal, place: Place, to: &User, roles: &[&RoleSheet]) {
    let ids: Vec<String> = roles.iter().map(|role| role.id.to_string()).collect();
    world.auth.assign_roles(&world.call(), by, place, to.id, &ids).await.unwrap();
}

#[tokio::test]
async fn a_role_is_made_changed_given_and_removed_from_everybody() {
    let world = World::with(with_permissions()).await;
    let (ana, call) = (operator(&world).await, world.call());
    let ben = world.user(BEN).await;
    let by = as_principal(&world, &ben);
    let may = |permission| world.auth.may(&by, HERE, permission);

    let made = world.auth.create_role(&call, &ana, HERE, draft("Readers", &["reports:read"])).await.unwrap();
    assert_eq!((made.name.as_str(), made.system), ("Readers", false));
    assert_eq!(refused(may("reports:read").await), "PERMISSION_MISSING");
    give(&world, &ana, HERE, &ben, &[&made]).await;
    may("reports:read").await.unwrap();
    assert_eq!(refused(may("reports:write").await), "PERMISSION_MISSING");

    let wider = draft("Writers", &["reports:*", "reports:*"]);
    let changed = world.auth.update_role(&call, &ana, HERE, made.id, wider, None).await.unwrap();
    assert_eq!(changed.permissions.len(), 1);
    may("reports:write").await.unwrap();

    world.auth.remove_role(&call, &ana, HERE, made.id).await.unwrap();
    assert_eq!(refused(may("reports:write").await), "PERMISSION_MISSING");
    assert_eq!(world.memory.assignments(ben.id).await.unwrap(), []);
    assert_eq!(refused(world.auth.remove_role(&call, &ana, HERE, made.id).await), "ROLE_NOT_FOUND");
    let acts: Vec<_> = world.memory.audit().iter().map(|entry| entry.action.name).collect();
    assert!(acts.ends_with(&[
        "auth.create_role",
        "auth.assign_roles",
        "auth.update_role",
        "auth.remove_role"
    ]));
    world.finish().await;
}

#[tokio::test]
async fn what_changed_is_written_down_as_it_was_and_as_it_is() {
    let world = World::with(with_permissions()).await;
    let (ana, call) = (operator(&world).await, world.call());
    let made = world.auth.create_role(&call, &ana, HERE, draft("Readers", &["reports:read"])).await.unwrap();
    let same = draft("Readers", &["reports:read"]);
    world.auth.update_role(&call, &ana, HERE, made.id, same, None).await.unwrap();
    let before = world.memory.audit().len();
    world
        .auth
        .update_role(&call, &ana, HERE, made.id, draft("Writers", &["reports:write"]), None)
        .await
        .unwrap();
    let entries = world.memory.audit();
    assert_eq!(entries.len(), before + 1, "only what changes something is written down");
    let entry = entries.last().unwrap();
    assert_eq!(entry.resource, Some(made.id.to_string()));
    assert_eq!(entry.before.as_ref().unwrap()["permissions"][0], "reports:read");
    assert_eq!(entry.after.as_ref().unwrap()["name"], "Writers");
    world.finish().await;
}

#[tokio::test]
async fn what_is_always_there_is_listed_first_and_neither_changed_nor_removed_nor_imitated() {
    let world = World::with(with_permissions()).await;
    let (ana, call) = (operator(&world).await, world.call());
    world.auth.create_role(&call, &ana, HERE, draft("Aides", &["reports:read"])).await.unwrap();
    let listed = world.auth.list_roles(&ana, HERE).await.unwrap();
    let names: Vec<_> = listed.iter().map(|role| (role.name.as_str(), role.system)).collect();
    assert_eq!(names, [("user", true), ("moderator", true), ("admin", true), ("Aides", false)]);

    for role in SystemRole::GLOBAL {
        let empty = world.auth.update_role(&call, &ana, HERE, role.id(), draft("Nobody", &[]), None).await;
        assert_eq!(refused(empty), "ROLE_FIXED");
        assert_eq!(refused(world.auth.remove_role(&call, &ana, HERE, role.id()).await), "ROLE_FIXED");
    }
    for name in ["Admin", "OWNER", "aides"] {
        let imitated = world.auth.create_role(&call, &ana, HERE, draft(name, &[])).await;
        assert_eq!(refused(imitated), "ROLE_NAME_TAKEN", "{name}");
    }
    world.finish().await;
}

#[tokio::test]
async fn a_moderator_looks_after_accounts_and_an_admin_may_everything() {
    let world = World::with(with_permissions()).await;
    let (ana, call) = (operator(&world).await, world.call());
    let ben = world.user(BEN).await;
    let by = as_principal(&world, &ben);
    for (role, allowed, denied) in [
        (GlobalRole::Moderator, "users:read", Some("users:delete")),
        (GlobalRole::Admin, "users:delete", None),
    ] {
        let id = SystemRole::from(role).id().to_string();
        let given = world.auth.assign_roles(&call, &ana, HERE, ben.id, &[id]).await.unwrap();
        assert!(given[0].system);
        world.auth.may(&by, HERE, allowed).await.unwrap();
        if let Some(denied) = denied {
            assert_eq!(refused(world.auth.may(&by, HERE, denied).await), "PERMISSION_MISSING");
        }
    }
    let user = SystemRole::from(GlobalRole::User).id().to_string();
    let given = world.auth.assign_roles(&call, &ana, HERE, ben.id, &[user]).await;
    assert_eq!(faults(given), [("roles", "ROLE_UNKNOWN")], "everybody is a user, nobody is made one");
    world.finish().await;
}

#[tokio::test]
async fn nobody_gives_or_takes_what_they_lack() {
    let world = World::with(with_permissions()).await;
    let (ana, call) = (operator(&world).await, world.call());
    let ben = world.user(BEN).await;
    let by = as_principal(&world, &ben);
    let keepers = draft("Keepers", &["roles:*", "reports:read"]);
    let keepers = world.auth.create_role(&call, &ana, HERE, keepers).await.unwrap();
    let writers = world.auth.create_role(&call, &ana, HERE, draft("Writers", &["reports:*"])).await.unwrap();
    give(&world, &ana, HERE, &ben, &[&keepers]).await;

    for wide in ["reports:write", "reports:*", "*:read", "*"] {
        let made = world.auth.create_role(&call, &by, HERE, draft("Wide", &[wide])).await;
        assert_eq!(refused(made), "GRANT_BEYOND_OWN", "{wide}");
    }
    let narrow = world.auth.update_role(&call, &by, HERE, writers.id, draft("Writers", &[]), None).await;
    assert_eq!(refused(narrow), "GRANT_BEYOND_OWN", "what it allowed is beyond, too");
    assert_eq!(refused(world.auth.remove_role(&call, &by, HERE, writers.id).await), "GRANT_BEYOND_OWN");
    let both = [keepers.id.to_string(), writers.id.to_string()];
    let given = world.auth.assign_roles(&call, &by, HERE, ben.id, &both).await;
    assert_eq!(refused(given), "GRANT_BEYOND_OWN");
    let admin = [SystemRole::from(GlobalRole::Admin).id().to_string()];
    assert_eq!(refused(world.auth.assign_roles(&call, &by, HERE, ben.id, &admin).await), "GRANT_BEYOND_OWN");

    give(&world, &ana, HERE, &world.stored(ANA).await.unwrap(), &[&writers]).await;
    let taken = world.auth.assign_roles(&call, &by, HERE, ana.user, &[]).await;
    assert_eq!(refused(taken), "GRANT_BEYOND_OWN", "nobody takes it, either");
    world.auth.create_role(&call, &by, HERE, draft("Own", &["reports:read", "roles:read"])).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn who_may_not_write_roles_changes_none_and_who_may_not_read_them_sees_none() {
    let world = World::with(with_permissions()).await;
    let (ana, call) = (operator(&world).await, world.call());
    let role = world.auth.create_role(&call, &ana, HERE, draft("Readers", &["reports:read"])).await.unwrap();
    let ben = world.user(BEN).await;
    let by = as_principal(&world, &ben);
    assert_eq!(refused(world.auth.list_roles(&by, HERE).await), "PERMISSION_MISSING");
    assert_eq!(
        refused(world.auth.create_role(&call, &by, HERE, draft("X", &[])).await),
        "PERMISSION_MISSING"
    );
    assert_eq!(
        refused(world.auth.update_role(&call, &by, HERE, role.id, draft("X", &[]), None).await),
        "PERMISSION_MISSING"
    );
    assert_eq!(refused(world.auth.remove_role(&call, &by, HERE, role.id).await), "PERMISSION_MISSING");
    assert_eq!(refused(world.auth.assign_roles(&call, &by, HERE, ben.id, &[]).await), "PERMISSION_MISSING");
    world.change(ANA, |user| user.status = saaskit_auth::UserStatus::Suspended).await;
    assert_eq!(refused(world.auth.create_role(&call, &ana, HERE, draft("X", &[])).await), "UNAUTHENTICATED");
    world.finish().await;
}

#[tokio::test]
async fn a_role_of_a_workspace_counts_there_and_nowhere_else() {
    let world = World::with(with_permissions()).await;
    operator(&world).await;
    let ben = world.user(BEN).await;
    let (by, call) = (as_principal(&world, &ben), world.call());
    let [acme, other]: [TenantId; 2] = [world.source.id(), world.source.id()];
    let owner = Place::Tenant(acme, TenantRole::Owner);
    let wide = world.auth.create_role(&call, &by, owner, draft("Wide", &["*"])).await.unwrap();
    give(&world, &by, owner, &ben, &[&wide]).await;

    let member = |tenant| Place::Tenant(tenant, TenantRole::Member);
    world.auth.may(&by, member(acme), "bills:write").await.unwrap();
    let elsewhere = world.auth.may(&by, member(other), "bills:write").await;
    assert_eq!(refused(elsewhere), "PERMISSION_MISSING");
    for place in [HERE, member(acme), owner] {
        assert_eq!(refused(world.auth.may(&by, place, "users:read").await), "PERMISSION_MISSING");
        assert_eq!(refused(world.auth.may(&by, place, "roles:write").await), "PERMISSION_MISSING");
    }
    let foreign = world.auth.remove_role(&call, &by, Place::Tenant(other, TenantRole::Owner), wide.id).await;
    assert_eq!(refused(foreign), "ROLE_NOT_FOUND");
    let useless = world.auth.create_role(&call, &by, owner, draft("Useless", &["users:read"])).await;
    assert_eq!(faults(useless), [("permissions", "PERMISSION_UNKNOWN")]);
    world.finish().await;
}

#[tokio::test]
async fn every_fault_of_a_draft_is_told_at_once_and_everything_is_bounded() {
    let world = World::with(with_permissions()).await;
    let (ana, call) = (operator(&world).await, world.call());
    let create = |draft| world.auth.create_role(&call, &ana, HERE, draft);
    let bad = faults(create(draft("", &["Reports:Read"])).await);
    assert_eq!(bad, [("name", "NAME_INVALID"), ("permissions", "PERMISSION_INVALID")]);
    let unknown = faults(create(draft("X", &["reports:read", "planets:move"])).await);
    assert_eq!(unknown, [("permissions", "PERMISSION_UNKNOWN")]);
    let many = vec!["reports:read"; Role::MOST_PERMISSIONS + 1];
    assert_eq!(faults(create(draft("X", &many)).await), [("permissions", "PERMISSIONS_TOO_MANY")]);

    for at in 0..Role::MOST - 3 {
        create(draft(&format!("Role {at}"), &[])).await.unwrap();
    }
    assert_eq!(refused(create(draft("One more", &[])).await), "ROLES_FULL");
    assert_eq!(world.auth.list_roles(&ana, HERE).await.unwrap().len(), Role::MOST);

    let assign = |roles: Vec<String>| {
        let (auth, call, ana) = (&world.auth, &call, &ana);
        async move { auth.assign_roles(call, ana, HERE, ana.user, &roles).await }
    };
    assert_eq!(faults(assign(vec![String::new(); 51]).await), [("roles", "ROLES_TOO_MANY")]);
    assert_eq!(faults(assign(vec!["rol_nothing".to_owned()]).await), [("roles", "ROLE_UNKNOWN")]);
    let nobody = world.auth.assign_roles(&call, &ana, HERE, world.source.id(), &[]).await;
    assert_eq!(refused(nobody), "USER_NOT_FOUND");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_give_at_once_one_is_last_and_a_system_role_is_stored_once() {
    let world = World::with(with_permissions()).await;
    let ana = operator(&world).await;
    let ben = world.user(BEN).await;
    let moderator = SystemRole::from(GlobalRole::Moderator).id();
    let tasks = (0..8).map(|_| {
        let (auth, call, ana) = (world.auth.clone(), world.call(), ana.clone());
        async move { auth.assign_roles(&call, &ana, HERE, ben.id, &[moderator.to_string()]).await }
    });
    for answer in at_once(tasks).await {
        assert_eq!(answer.unwrap().len(), 1);
    }
    assert_eq!(world.memory.roles(None).await.unwrap().len(), 1);
    assert_eq!(world.memory.assignments(ben.id).await.unwrap()[0].roles, [moderator]);
    world.finish().await;
}

#[tokio::test]
async fn an_explanation_names_the_role_and_the_permission_or_what_is_missing() {
    let world = World::with(with_permissions()).await;
    let (ana, call) = (operator(&world).await, world.call());
    let ben = world.user(BEN).await;
    let role = world.auth.create_role(&call, &ana, HERE, draft("Readers", &["*:read"])).await.unwrap();
    give(&world, &ana, HERE, &ben, &[&role]).await;

    let why = world.auth.explain(ben.id, HERE, "reports:read").await.unwrap();
    let reasons: Vec<_> =
        why.reasons().map(|(role, permission)| (role.name.as_str(), permission.as_str())).collect();
    assert!(why.is_allowed() && !why.super_admin);
    assert_eq!(reasons, [("Readers", "*:read")]);
    let why = world.auth.explain(ben.id, HERE, "reports:write").await.unwrap();
    assert!(!why.is_allowed() && why.reasons().next().is_none());
    assert_eq!(why.permission.as_str(), "reports:write");
    let names: Vec<_> = why.roles.iter().map(|role| role.name.as_str()).collect();
    assert_eq!(names, ["user", "Readers"]);

    let place = Place::Tenant(world.source.id(), TenantRole::Admin);
    let why = world.auth.explain(ben.id, place, "pages:read").await.unwrap();
    let reasons: Vec<_> = why.reasons().map(|(role, _)| role.name.as_str()).collect();
    assert_eq!(reasons, ["admin", "Readers"]);
    let owner = Place::Tenant(world.source.id(), TenantRole::Owner);
    assert!(!world.auth.explain(ben.id, owner, "users:delete").await.unwrap().is_allowed());

    let why = world.auth.explain(ana.user, HERE, "reports:write").await.unwrap();
    assert!(why.is_allowed() && why.super_admin);
    assert_eq!(faults(world.auth.explain(ben.id, HERE, "*").await), [("permission", "PERMISSION_UNKNOWN")]);
    let nobody = world.auth.explain(world.source.id(), HERE, "users:read").await;
    assert_eq!(refused(nobody), "USER_NOT_FOUND");
    world.change(BEN, |user| user.status = saaskit_auth::UserStatus::Suspended).await;
    assert!(!world.auth.explain(ben.id, HERE, "reports:read").await.unwrap().is_allowed());
    world.finish().await;
}

/// Everything that can be asked for in these tests, and where it counts.
const ASKED: &[(&str, bool)] = &[
    ("users:read", false),
    ("users:lock", false),
    ("users:delete", false),
    ("roles:read", false),
    ("roles:write", false),
    ("reports:read", false),
    ("reports:write", false),
    ("tenant-roles:read", true),
    ("tenant-roles:write", true),
    ("pages:read", true),
    ("pages:write", true),
    ("bills:write", true),
];

/// What the roles that are always there allow, once more and by hand.
fn held(role: TenantRole) -> &'static [&'static str] {
    match role {
        TenantRole::Member => &["pages:read"],
        TenantRole::Admin => &["pages:read", "pages:write", "tenant-roles:read", "tenant-roles:write"],
        TenantRole::Owner => &["*"],
    }
}

/// Whether a pattern fits, written as one would explain it.
fn fits(pattern: &str, asked: &str) -> bool {
    let (resource, action) = asked.split_once(':').unwrap();
    let all =
        ["*".to_owned(), "*:*".to_owned(), format!("{resource}:*"), format!("*:{action}"), asked.to_owned()];
    all.iter().any(|text| text == pattern)
}

fn pattern() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "*",
        "users:*",
        "*:read",
        "*:write",
        "reports:read",
        "pages:*",
        "bills:write",
        "tenant-roles:*",
        "roles:write",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn every_check_says_what_an_oracle_of_plain_words_says(
        global in prop::collection::vec(prop::collection::vec(pattern(), 0..3), 0..3),
        local in prop::collection::vec(prop::collection::vec(pattern(), 0..3), 0..3),
        given in prop::collection::vec(any::<bool>(), 6),
        role in prop::sample::select(vec![TenantRole::Member, TenantRole::Admin, TenantRole::Owner]),
    ) {
        case(async {
            let world = World::with(with_permissions()).await;
            let (ana, call) = (operator(&world).await, world.call());
            let ben = world.user(BEN).await;
            let by = as_principal(&world, &ben);
            let tenant = Place::Tenant(world.source.id(), TenantRole::Owner);
            let mut has = [Vec::new(), Vec::new()];
            for (at, (place, roles)) in [(HERE, &global), (tenant, &local)].into_iter().enumerate() {
                let mut ids = Vec::new();
                for (number, patterns) in roles.iter().enumerate() {
                    let of_tenant = at == 1;
                    let effective = |pattern: &&&str| ASKED.iter().any(|(asked, local)| (*local || !of_tenant) && fits(pattern, asked));
                    let patterns: Vec<&str> = patterns.iter().filter(effective).copied().collect();
                    let draft = draft(&format!("Role {number}"), &patterns);
                    let made = world.auth.create_role(&call, &ana, place, draft).await.unwrap();
                    if given[at * 3 + number] {
                        ids.push(made.id.to_string());
                        has[at].extend(patterns);
                    }
                }
                world.auth.assign_roles(&call, &ana, place, ben.id, &ids).await.unwrap();
            }
            let here = Place::Tenant(tenant.tenant().unwrap(), role);
            for (asked, counts_in_tenants) in ASKED {
                let global = has[0].iter().any(|pattern| fits(pattern, asked));
                let local = *counts_in_tenants
                    && has[1].iter().chain(held(role)).any(|pattern| fits(pattern, asked));
                let may = async |place| world.auth.may(&by, place, asked).await.is_ok();
                assert_eq!(may(HERE).await, global, "{asked} in the installation");
                assert_eq!(may(here).await, global || local, "{asked} in the workspace");
                let why = world.auth.explain(ben.id, here, asked).await.unwrap();
                assert_eq!(why.is_allowed(), global || local, "{asked} explained");
            }
            world.finish().await;
        });
    }
}
