use std::time::Duration;

use proptest::prelude::*;
use saaskit_auth::port::{Roles, Users};
use saaskit_auth::write::{AuthWrite, TokenWrite, UserWrite};
use saaskit_auth::{Administer, AuthError, OneTimeToken, Purpose, RoleDraft, User, UserStatus};
use saaskit_conformance::fixtures;
use saaskit_kernel::{Commit, Fault, Page, Principal, Secret, Slug, Store, TenantId};
use saaskit_stories::TenantRoles;
use saaskit_tenants::port::{Members, Memberships, Workspaces};
use saaskit_tenants::write::{MembershipWrite, OwnerCount, TenantWrite, TenantsWrite};
use saaskit_tenants::{Membership, NewTenant, Role, Tenant};

use crate::world::World;

/// Somebody who is signed in.
async fn person(world: &World, name: &str) -> Principal {
    let user = User { verified_at: Some(world.source.now()), ..fixtures::user(&world.source, name) };
    let principal = Principal::new(user.id, world.source.id(), world.source.now());
    world.memory.commit(Commit::new().write(AuthWrite::User(UserWrite::Insert(user)))).await.unwrap();
    principal
}

async fn operator(world: &World) -> Principal {
    let user = User { super_admin: true, ..fixtures::user(&world.source, "ops") };
    let principal = Principal::new(user.id, world.source.id(), world.source.now());
    world.memory.commit(Commit::new().write(AuthWrite::User(UserWrite::Insert(user)))).await.unwrap();
    principal
}

async fn workspace(world: &World, owner: &Principal, slug: &str) -> Tenant {
    let slug = Slug::parse(slug).unwrap().to_string();
    let ask = NewTenant { name: slug.clone(), slug };
    world.tenants.create(&world.call(), owner, ask).await.unwrap().0
}

async fn join(world: &World, tenant: TenantId, who: &Principal, role: Role) {
    let member = Membership::of_owner(world.source.id(), tenant, who.user, world.source.now());
    let joins = TenantsWrite::from(MembershipWrite::Insert(Membership { role, ..member }));
    let mut commit = Commit::new().write(joins);
    if role == Role::Owner {
        commit = commit.write(TenantsWrite::from(TenantWrite::Owners(tenant, OwnerCount::More)));
    }
    world.memory.commit(commit).await.unwrap();
}

async fn role_in(world: &World, tenant: &Tenant, who: &Principal) -> Option<Role> {
    world.memory.entry(tenant.id, who.user).await.unwrap().map(|(_, member)| member.role)
}

async fn status(world: &World, who: &Principal) -> UserStatus {
    world.memory.user(who.user).await.unwrap().unwrap().status
}

async fn delete(world: &World, who: &Principal) -> Result<(), AuthError> {
    world.auth.delete_account(&world.call(), who).await
}

async fn restore(world: &World, ops: &Principal, who: &Principal) {
    let ask = Administer { user: who.user, reason: "asked by phone".to_owned() };
    world.auth.restore_user(&world.call(), ops, &ask).await.unwrap();
}

/// The secret of a link to an address that somebody had before.
async fn way_back(world: &World, who: &Principal) -> Secret {
    let secret = world.source.token();
    let user = world.memory.user(who.user).await.unwrap().unwrap();
    let token = OneTimeToken::mint(secret.hash(), Purpose::UndoEmail, &user, world.source.now());
    let token = OneTimeToken { address: Some(fixtures::email("before")), ..token };
    world.memory.commit(Commit::new().write(AuthWrite::Token(TokenWrite::Mint(token)))).await.unwrap();
    secret.to_secret()
}

fn code<T: std::fmt::Debug>(answer: Result<T, AuthError>) -> &'static str {
    answer.unwrap_err().code().name()
}

#[tokio::test]
async fn whoever_deletes_the_account_is_in_no_workspace_and_once_restored_in_exactly_those_again() {
    let world = World::new();
    let (ana, bob, ops) = (person(&world, "ana").await, person(&world, "bob").await, operator(&world).await);
    let (acme, other) = (workspace(&world, &bob, "acme").await, workspace(&world, &ana, "other").await);
    let old = workspace(&world, &bob, "old").await;
    join(&world, acme.id, &ana, Role::Member).await;
    join(&world, other.id, &bob, Role::Owner).await;
    join(&world, old.id, &ana, Role::Admin).await;
    let inside = world.tenants.enter(&world.call(), &ana, old.id).await.unwrap();
    world.tenants.leave(&world.call(), &inside).await.unwrap();

    delete(&world, &ana).await.unwrap();
    assert_eq!(status(&world, &ana).await, UserStatus::Deleted);
    for tenant in [&acme, &other, &old] {
        assert_eq!(role_in(&world, tenant, &ana).await, None);
    }
    assert_eq!(code(delete(&world, &bob).await), "LAST_OWNER", "nobody else owns it now");

    restore(&world, &ops, &ana).await;
    assert_eq!(status(&world, &ana).await, UserStatus::Active);
    let back = [role_in(&world, &acme, &ana).await, role_in(&world, &other, &ana).await];
    assert_eq!(back, [Some(Role::Member), Some(Role::Owner)]);
    assert_eq!(role_in(&world, &old, &ana).await, None, "who left by themselves does not come back");
}

#[tokio::test]
async fn the_last_owner_of_a_workspace_keeps_the_account_and_every_other_workspace() {
    let world = World::new();
    let (ana, bob, ops) = (person(&world, "ana").await, person(&world, "bob").await, operator(&world).await);
    let (acme, other) = (workspace(&world, &ana, "acme").await, workspace(&world, &bob, "other").await);
    join(&world, acme.id, &bob, Role::Admin).await;
    join(&world, other.id, &ana, Role::Member).await;
    let told = (world.memory.events().len(), world.memory.audit().len());
    let refused = delete(&world, &ana).await.unwrap_err();
    assert_eq!(refused.code().name(), "LAST_OWNER");
    assert_eq!(refused.to_string(), "a workspace needs an owner: make somebody else one first");
    let ask = Administer { user: ana.user, reason: "spam".to_owned() };
    assert_eq!(code(world.auth.delete_user(&world.call(), &ops, &ask).await), "LAST_OWNER");
    assert_eq!(status(&world, &ana).await, UserStatus::Active);
    assert_eq!(role_in(&world, &acme, &ana).await, Some(Role::Owner));
    assert_eq!(role_in(&world, &other, &ana).await, Some(Role::Member));
    assert_eq!((world.memory.events().len(), world.memory.audit().len()), told, "nothing of it was applied");
    delete(&world, &bob).await.expect_err("nor does the other");
    join(&world, acme.id, &person(&world, "eva").await, Role::Owner).await;
    world.auth.delete_user(&world.call(), &ops, &ask).await.unwrap();
    assert_eq!(role_in(&world, &acme, &ana).await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_owners_who_delete_their_accounts_at_once_one_keeps_it_and_owns_every_workspace() {
    for _ in 0..20 {
        let world = World::new();
        let mut owners = Vec::new();
        for name in ["ana", "bob", "eva"] {
            owners.push(person(&world, name).await);
        }
        let tenants =
            [workspace(&world, &owners[0], "acme").await, workspace(&world, &owners[0], "other").await];
        for (tenant, owner) in
            tenants.iter().flat_map(|tenant| owners[1..].iter().map(move |owner| (tenant, owner)))
        {
            join(&world, tenant.id, owner, Role::Owner).await;
        }
        let going: Vec<_> = owners
            .iter()
            .cloned()
            .map(|owner| {
                let (auth, call) = (world.auth.clone(), world.call());
                tokio::spawn(async move { auth.delete_account(&call, &owner).await })
            })
            .collect();
        let mut stayed = Vec::new();
        for (owner, going) in owners.iter().zip(going) {
            if let Err(refused) = going.await.unwrap() {
                assert_eq!(refused.code().name(), "LAST_OWNER");
                stayed.push(owner);
            }
        }
        let [stayed] = stayed[..] else { panic!("{} stayed", stayed.len()) };
        assert_eq!(status(&world, stayed).await, UserStatus::Active);
        for tenant in &tenants {
            assert_eq!(role_in(&world, tenant, stayed).await, Some(Role::Owner));
        }
    }
}

#[tokio::test]
async fn whoever_takes_a_deleted_account_back_by_its_old_address_is_in_its_workspaces_again() {
    let world = World::new();
    world.auth.refresh(&world.call()).await.unwrap();
    let (ana, bob) = (person(&world, "ana").await, person(&world, "bob").await);
    let acme = workspace(&world, &bob, "acme").await;
    join(&world, acme.id, &ana, Role::Admin).await;
    let secret = way_back(&world, &ana).await;
    delete(&world, &ana).await.unwrap();
    world.auth.undo_email(&world.call(), &secret).await.unwrap();
    assert_eq!(status(&world, &ana).await, UserStatus::Active);
    assert_eq!(role_in(&world, &acme, &ana).await, Some(Role::Admin));
}

#[tokio::test]
async fn an_account_that_an_operator_deleted_too_stays_deleted_and_in_no_workspace_whatever_link_is_opened() {
    let world = World::new();
    world.auth.refresh(&world.call()).await.unwrap();
    let (ana, bob, ops) = (person(&world, "ana").await, person(&world, "bob").await, operator(&world).await);
    let acme = workspace(&world, &bob, "acme").await;
    join(&world, acme.id, &ana, Role::Admin).await;
    let secret = way_back(&world, &ana).await;
    delete(&world, &ana).await.unwrap();
    let ask = Administer { user: ana.user, reason: "fraud".to_owned() };
    world.auth.delete_user(&world.call(), &ops, &ask).await.unwrap();
    world.auth.undo_email(&world.call(), &secret).await.unwrap();
    assert_eq!(status(&world, &ana).await, UserStatus::Deleted);
    assert_eq!(role_in(&world, &acme, &ana).await, None);
    restore(&world, &ops, &ana).await;
    assert_eq!(role_in(&world, &acme, &ana).await, Some(Role::Admin));
}

#[tokio::test]
async fn who_was_removed_while_the_account_was_deleted_is_not_in_the_workspace_once_it_is_back() {
    let world = World::new();
    let (ana, bob, ops) = (person(&world, "ana").await, person(&world, "bob").await, operator(&world).await);
    let (acme, other) = (workspace(&world, &bob, "acme").await, workspace(&world, &bob, "other").await);
    join(&world, acme.id, &ana, Role::Member).await;
    join(&world, other.id, &ana, Role::Member).await;
    delete(&world, &ana).await.unwrap();
    let inside = world.tenants.enter(&world.call(), &bob, acme.id).await.unwrap();
    let (reads, by) = (inside.allowed().unwrap(), inside.allowed().unwrap());
    let listed = world.tenants.members(&reads, Page { after: None, limit: 10 }).await.unwrap().items;
    let anas = listed.iter().find(|(member, _)| member.may_return()).unwrap().0.id;
    world.tenants.remove_member(&world.call(), &by, anas).await.unwrap();
    restore(&world, &ops, &ana).await;
    assert_eq!(role_in(&world, &acme, &ana).await, None);
    assert_eq!(role_in(&world, &other, &ana).await, Some(Role::Member));
}

#[tokio::test]
async fn of_accounts_that_are_restored_at_once_as_many_are_back_in_a_workspace_as_it_has_seats() {
    let world = World::new();
    let (bob, ops) = (person(&world, "bob").await, operator(&world).await);
    let acme = workspace(&world, &bob, "acme").await;
    let mut gone = Vec::new();
    for name in ["ana", "eva", "ivo"] {
        let who = person(&world, name).await;
        join(&world, acme.id, &who, Role::Member).await;
        delete(&world, &who).await.unwrap();
        gone.push(who);
    }
    let full = Tenant { seats: Some(3), ..world.memory.tenant(acme.id).await.unwrap().unwrap() };
    let save = TenantsWrite::from(TenantWrite::Save(full));
    world.memory.commit(Commit::new().write(save)).await.unwrap();
    let restoring: Vec<_> = gone
        .iter()
        .map(|who| {
            let (auth, call, ops) = (world.auth.clone(), world.call(), ops.clone());
            let ask = Administer { user: who.user, reason: "asked by phone".to_owned() };
            tokio::spawn(async move { auth.restore_user(&call, &ops, &ask).await })
        })
        .collect();
    for restored in restoring {
        restored.await.unwrap().unwrap();
    }
    let mut back = 0;
    for who in &gone {
        assert_eq!(status(&world, who).await, UserStatus::Active);
        back += u32::from(role_in(&world, &acme, who).await.is_some());
    }
    assert_eq!(back, 2);
    assert_eq!(world.memory.seats_used(acme.id).await.unwrap(), 3);
}

#[tokio::test]
async fn roles_wait_for_a_deleted_account_and_are_taken_when_it_is_erased() {
    let world = World::new();
    world.auth.refresh(&world.call()).await.unwrap();
    let (ana, bob, ops) = (person(&world, "ana").await, person(&world, "bob").await, operator(&world).await);
    let roles = TenantRoles { auth: world.auth.clone(), tenants: world.tenants.clone() };
    for slug in ["acme", "other"] {
        let tenant = workspace(&world, &bob, slug).await;
        join(&world, tenant.id, &ana, Role::Member).await;
        let inside = world.tenants.enter(&world.call(), &bob, tenant.id).await.unwrap();
        let draft = RoleDraft { name: "Editors".to_owned(), permissions: vec!["members:read".to_owned()] };
        let role = roles.create(&world.call(), &bob, &inside, draft).await.unwrap().id.to_string();
        roles.assign(&world.call(), &bob, &inside, ana.user, &[role]).await.unwrap();
    }
    let given = async || {
        world.work().await;
        let given = world.memory.assignments(ana.user).await.unwrap();
        given.iter().filter(|given| !given.roles.is_empty()).count()
    };
    delete(&world, &ana).await.unwrap();
    assert_eq!(given().await, 2);
    restore(&world, &ops, &ana).await;
    assert_eq!(given().await, 2);
    let again = Principal::new(ana.user, ana.session, world.source.now());
    delete(&world, &again).await.unwrap();
    world.clock.advance(Duration::from_hours(31 * 24));
    assert_eq!(given().await, 0);
    let all = Page { after: None, limit: 10 };
    assert!(world.memory.of_user(ana.user, all).await.unwrap().items.is_empty());
    assert_eq!(world.memory.ended_with_account(ana.user).await.unwrap(), [], "nothing comes back");
    world.finish().await;
}

/// Three people and two workspaces, of which the first has all three.
async fn given_people(world: &World) -> ([Principal; 3], [Tenant; 2]) {
    let people = [person(world, "ana").await, person(world, "bob").await, person(world, "eva").await];
    let tenants = [workspace(world, &people[0], "acme").await, workspace(world, &people[1], "other").await];
    join(world, tenants[0].id, &people[1], Role::Owner).await;
    join(world, tenants[0].id, &people[2], Role::Member).await;
    join(world, tenants[1].id, &people[2], Role::Owner).await;
    (people, tenants)
}

/// What somebody tries; whether it succeeds does not matter.
async fn attempt(world: &World, ops: &Principal, who: &Principal, tenant: &Tenant, deed: u8) {
    let inside = async || world.tenants.enter(&world.call(), who, tenant.id).await;
    match deed {
        0 | 1 => drop(delete(world, who).await),
        2 | 3 if status(world, who).await == UserStatus::Deleted => restore(world, ops, who).await,
        // Whose account is deleted can't do anything.
        _ if status(world, who).await == UserStatus::Deleted => {}
        4 => {
            if let Ok(inside) = inside().await {
                drop(world.tenants.leave(&world.call(), &inside).await);
            }
        }
        _ => {
            let own = world.memory.entry(tenant.id, who.user).await.unwrap();
            if let (Ok(inside), Some((_, own))) = (inside().await, own)
                && let Ok(admin) = inside.allowed()
            {
                drop(world.tenants.change_role(&world.call(), &admin, own.id, Role::Admin, None).await);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whoever_goes_leaves_or_comes_back_every_workspace_has_an_owner_with_an_account(
        deeds in prop::collection::vec((0..3_usize, 0..2_usize, 0..6_u8), 1..24)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let world = World::new();
            let ops = operator(&world).await;
            let (people, tenants) = given_people(&world).await;
            for (who, tenant, deed) in deeds {
                attempt(&world, &ops, &people[who], &tenants[tenant], deed).await;
                for tenant in &tenants {
                    let mut owners = 0;
                    for person in &people {
                        let owns = role_in(&world, tenant, person).await == Some(Role::Owner);
                        let lives = status(&world, person).await == UserStatus::Active;
                        assert!(lives || !owns, "who has no account is in no workspace");
                        owners += u32::from(owns);
                    }
                    assert!(owners > 0, "{} has no owner", tenant.slug);
                }
            }
        });
    }
}
