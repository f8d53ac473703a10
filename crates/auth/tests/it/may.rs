use std::time::Duration;

use saaskit_auth::{Auth, GlobalRole, Place, SystemRole, TenantRole, User};
use saaskit_kernel::Principal;

use crate::roles::{as_principal, draft, operator, with_permissions};
use crate::world::{World, refused};

const BEN: &str = "ben@example.org";
const HERE: Place = Place::Installation;

/// An operator, and somebody who was given a role that allows `reports:read`.
async fn reader(world: &World) -> (Principal, User) {
    let ana = operator(world).await;
    let ben = world.user(BEN).await;
    let call = world.call();
    let role = world.auth.create_role(&call, &ana, HERE, draft("Readers", &["reports:read"])).await.unwrap();
    let roles = [role.id.to_string()];
    world.auth.assign_roles(&call, &ana, HERE, ben.id, &roles).await.unwrap();
    world.follow();
    world.trace.take();
    (ana, ben)
}

async fn take_all(auth: &Auth, world: &World, by: &Principal, from: &User) {
    auth.assign_roles(&world.call(), by, HERE, from.id, &[]).await.unwrap();
}

#[tokio::test]
async fn a_cold_check_asks_one_question_whether_it_allows_or_refuses_and_a_warm_one_none() {
    let world = World::with(with_permissions()).await;
    let (ana, ben) = reader(&world).await;
    let by = as_principal(&world, &ben);
    world.auth.may(&by, HERE, "reports:read").await.unwrap();
    assert_eq!(world.trace.take(), ["roles.rights"]);
    let inside = Place::Tenant(world.source.id(), TenantRole::Member);
    for place in [HERE, inside] {
        world.auth.may(&by, place, "reports:read").await.unwrap();
        assert_eq!(refused(world.auth.may(&by, place, "reports:write").await), "PERMISSION_MISSING");
    }
    assert_eq!(world.trace.take(), [""; 0]);

    let cold = world.node(with_permissions());
    world.follow();
    world.trace.take();
    assert_eq!(refused(cold.may(&by, inside, "reports:write").await), "PERMISSION_MISSING");
    assert_eq!(world.trace.take(), ["roles.rights"]);
    cold.may(&ana, inside, "bills:write").await.unwrap();
    assert_eq!(world.trace.take(), ["roles.rights"], "nor is more asked about who operates the installation");
    assert_eq!(refused(cold.may(&by, HERE, "users:read").await), "PERMISSION_MISSING");
    assert_eq!(world.trace.take(), [""; 0]);
    world.finish().await;
}

#[tokio::test]
async fn what_a_member_may_by_the_membership_alone_asks_for_nothing() {
    let world = World::with(with_permissions()).await;
    let (_, ben) = reader(&world).await;
    let by = as_principal(&world, &ben);
    let place = Place::Tenant(world.source.id(), TenantRole::Admin);
    world.auth.may(&by, place, "pages:write").await.unwrap();
    assert_eq!(world.trace.take(), [""; 0]);
    world.finish().await;
}

#[tokio::test]
async fn memory_is_not_believed_when_others_were_not_heard_of_lately_nor_after_five_minutes() {
    let world = World::with(with_permissions()).await;
    let (_, ben) = reader(&world).await;
    let by = as_principal(&world, &ben);
    world.auth.may(&by, HERE, "reports:read").await.unwrap();
    world.trace.take();

    for _ in 0..2 {
        world.elapse_deaf(Duration::from_secs(2));
        world.auth.may(&by, HERE, "reports:read").await.unwrap();
        assert_eq!(world.trace.take(), ["roles.rights"]);
    }
    world.elapse(Duration::from_mins(20));
    for (time, asked) in [(0, 1), (0, 0), (299, 0), (1, 1)] {
        world.elapse(Duration::from_secs(time));
        world.auth.may(&by, HERE, "reports:read").await.unwrap();
        assert_eq!(world.trace.take().len(), asked, "{time} seconds later");
    }
    world.finish().await;
}

#[tokio::test]
async fn the_node_that_takes_a_role_knows_at_once_and_every_other_when_it_hears() {
    let world = World::with(with_permissions()).await;
    let (ana, ben) = reader(&world).await;
    let by = as_principal(&world, &ben);
    let node = world.node(with_permissions());
    world.follow();
    for auth in [&world.auth, &node] {
        auth.may(&by, HERE, "reports:read").await.unwrap();
    }
    take_all(&world.auth, &world, &ana, &ben).await;
    assert_eq!(refused(world.auth.may(&by, HERE, "reports:read").await), "PERMISSION_MISSING");
    world.follow();
    assert_eq!(refused(node.may(&by, HERE, "reports:read").await), "PERMISSION_MISSING");
    world.finish().await;
}

#[tokio::test]
async fn a_changed_role_is_known_likewise_to_everybody_who_has_it() {
    let world = World::with(with_permissions()).await;
    let (ana, ben) = reader(&world).await;
    let by = as_principal(&world, &ben);
    let node = world.node(with_permissions());
    world.follow();
    for auth in [&world.auth, &node] {
        auth.may(&by, HERE, "reports:read").await.unwrap();
    }
    let role = world.auth.list_roles(&ana, HERE).await.unwrap().pop().unwrap();
    let other = draft("Writers", &["reports:write"]);
    world.auth.update_role(&world.call(), &ana, HERE, role.id, other, None).await.unwrap();
    world.follow();
    for auth in [&world.auth, &node] {
        assert_eq!(refused(auth.may(&by, HERE, "reports:read").await), "PERMISSION_MISSING");
        auth.may(&by, HERE, "reports:write").await.unwrap();
    }
    world.finish().await;
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_no_refusal() {
    let world = World::with(with_permissions()).await;
    let (ana, ben) = reader(&world).await;
    let by = as_principal(&world, &ben);
    world.auth.may(&by, HERE, "reports:read").await.unwrap();
    world.recorder.lose_roles(true);
    world.auth.may(&by, HERE, "reports:read").await.unwrap();
    world.elapse_deaf(Duration::from_secs(2));
    assert_eq!(refused(world.auth.may(&by, HERE, "reports:read").await), "UNAVAILABLE");
    let made = world.auth.create_role(&world.call(), &ana, HERE, draft("X", &[])).await;
    assert_eq!(refused(made), "UNAVAILABLE");
    world.recorder.lose_roles(false);
    world.auth.may(&by, HERE, "reports:read").await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn who_operates_the_installation_may_everything_everywhere() {
    let world = World::with(with_permissions()).await;
    let ana = operator(&world).await;
    world.auth.may(&ana, HERE, "reports:write").await.unwrap();
    let place = Place::Tenant(world.source.id(), TenantRole::Member);
    world.auth.may(&ana, place, "bills:write").await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn an_admin_of_the_installation_may_everything_in_workspaces_too() {
    let world = World::with(with_permissions()).await;
    let (ana, ben) = reader(&world).await;
    let admin = [SystemRole::from(GlobalRole::Admin).id().to_string()];
    world.auth.assign_roles(&world.call(), &ana, HERE, ben.id, &admin).await.unwrap();
    let place = Place::Tenant(world.source.id(), TenantRole::Member);
    world.auth.may(&as_principal(&world, &ben), place, "bills:write").await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn asking_for_what_nobody_can_have_is_a_bug_and_no_refusal() {
    let world = World::with(with_permissions()).await;
    let ana = operator(&world).await;
    assert_eq!(refused(world.auth.may(&ana, HERE, "planets:move").await), "INTERNAL");
    world.finish().await;
}

#[tokio::test]
async fn what_a_membership_was_given_is_taken_with_it_and_nothing_else() {
    let world = World::with(with_permissions()).await;
    let (_, ben) = reader(&world).await;
    let (by, call) = (as_principal(&world, &ben), world.call());
    let tenant = world.source.id();
    let owner = Place::Tenant(tenant, TenantRole::Owner);
    let role = world.auth.create_role(&call, &by, owner, draft("Pages", &["pages:*"])).await.unwrap();
    world.auth.assign_roles(&call, &by, owner, ben.id, &[role.id.to_string()]).await.unwrap();
    let member = Place::Tenant(tenant, TenantRole::Member);
    world.auth.may(&by, member, "pages:write").await.unwrap();

    let commit = world.auth.plan_taking_roles(&call, ben.id, tenant).await.unwrap();
    saaskit_kernel::Store::commit(&*world.memory, commit).await.unwrap();
    world.follow();
    assert_eq!(refused(world.auth.may(&by, member, "pages:write").await), "PERMISSION_MISSING");
    world.auth.may(&by, HERE, "reports:read").await.unwrap();
    let nothing = world.auth.plan_taking_roles(&call, ben.id, tenant).await.unwrap();
    assert!(nothing.writes().is_empty() && nothing.audit().is_empty());
    world.finish().await;
}
