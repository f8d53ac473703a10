use saaskit_kernel::{Call, Claim, ClaimKey, Commit, Principal, Scope, Store, Subscriptions};
use saaskit_tenants::port::Memberships;
use saaskit_tenants::{Removal, Role, Tenant};

use crate::world::{World, refused};

async fn commit(world: &World, planned: Commit) {
    world.memory.commit(planned).await.unwrap();
}

async fn leave(world: &World, who: &Principal) {
    commit(world, world.tenants.plan_leaving(&world.call(who), who.user).await.unwrap()).await;
}

async fn come_back(world: &World, who: &Principal) {
    commit(world, world.tenants.plan_returning(&world.call(who), who.user).await.unwrap()).await;
}

/// Two workspaces of Bob, in the first of which Ana is a member, and in the second an owner as well.
async fn given(world: &World) -> (Principal, Principal, [Tenant; 2]) {
    let (ana, bob) = (world.somebody(), world.somebody());
    let (acme, other) = (world.tenant(&bob, "acme").await, world.tenant(&bob, "other").await);
    world.join(&acme, ana.user, Role::Member).await;
    world.join(&other, ana.user, Role::Owner).await;
    (ana, bob, [acme, other])
}

#[tokio::test]
async fn who_leaves_with_the_account_is_in_no_workspace_and_comes_back_to_all_of_them() {
    let world = World::new();
    let (ana, bob, [acme, other]) = given(&world).await;
    let ids = [world.id_of(&acme, &ana).await, world.id_of(&other, &ana).await];
    leave(&world, &ana).await;
    let removal = Some(Removal { at: world.source.now(), with_account: true });
    for (tenant, id) in [&acme, &other].into_iter().zip(ids) {
        assert_eq!(refused(world.enter(&ana, tenant.id).await), "TENANT_NOT_FOUND");
        assert_eq!(world.membership(tenant, id).await.removal, removal);
    }
    assert_eq!(world.told(), ("tenants.member_left_with_account", "tenants.leave_with_account"));
    let bob_in = world.enter(&bob, other.id).await.unwrap();
    assert_eq!(refused(world.tenants.leave(&world.call(&bob), &bob_in).await), "LAST_OWNER");

    come_back(&world, &ana).await;
    assert_eq!(world.told(), ("tenants.member_returned", "tenants.return_with_account"));
    assert_eq!(world.enter(&ana, acme.id).await.unwrap().membership().id, ids[0]);
    assert_eq!(world.enter(&ana, other.id).await.unwrap().role(), Role::Owner);
    world.tenants.leave(&world.call(&bob), &bob_in).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn who_was_removed_or_left_before_does_not_come_back_with_the_account() {
    let world = World::new();
    let (ana, bob, [acme, other]) = given(&world).await;
    let by = world.admin(&acme, &bob).await;
    let own = world.id_of(&acme, &ana).await;
    world.tenants.remove_member(&world.call(&bob), &by, own).await.unwrap();
    leave(&world, &ana).await;
    come_back(&world, &ana).await;
    assert_eq!(refused(world.enter(&ana, acme.id).await), "TENANT_NOT_FOUND");
    world.enter(&ana, other.id).await.unwrap();
    assert_eq!(world.memory.ended_with_account(ana.user).await.unwrap(), []);
    let nothing = world.tenants.plan_returning(&world.call(&ana), ana.user).await.unwrap();
    assert!(nothing.writes().is_empty(), "who is back does not come back again");
    world.finish().await;
}

#[tokio::test]
async fn every_node_hears_at_once_who_left_with_the_account() {
    let world = World::new();
    let (ana, _, [acme, _]) = given(&world).await;
    let node = world.node();
    node.follow().await;
    node.enter(&ana, acme.id).await.unwrap();
    leave(&world, &ana).await;
    node.follow().await;
    assert_eq!(refused(node.enter(&ana, acme.id).await), "TENANT_NOT_FOUND");
    world.finish().await;
}

#[tokio::test]
async fn what_is_left_is_one_commit_over_workspaces_without_the_claim_of_the_call() {
    let world = World::new();
    let (ana, _, _) = given(&world).await;
    let (at, source) = (world.source.now(), &world.source);
    let (key, fingerprint, maker) = (ClaimKey(source.bytes()), source.bytes(), source.bytes());
    let claim = Some(Claim { key, fingerprint, maker, at, until: at });
    let call = Call { claim, ..world.call(&ana) };
    let planned = world.tenants.plan_leaving(&call, ana.user).await.unwrap();
    assert_eq!(planned.signals().len(), 2);
    let prepared = planned.prepare(&Subscriptions::default()).unwrap();
    assert_eq!(prepared.scope, Scope::System);
    assert_eq!(prepared.writes.len(), 3, "two memberships, and one owner fewer");
    let nobody = world.somebody();
    let nothing = world.tenants.plan_leaving(&world.call(&nobody), nobody.user).await.unwrap();
    assert_eq!(nothing.prepare(&Subscriptions::default()).unwrap().scope, Scope::Global);
    world.finish().await;
}

#[tokio::test]
async fn five_hundred_workspaces_are_left_at_once_and_not_one_more() {
    let world = World::new();
    let (ana, bob) = (world.somebody(), world.somebody());
    for number in 0..501 {
        let tenant = world.tenant(&bob, &format!("acme-{number}")).await;
        world.join(&tenant, ana.user, Role::Member).await;
        if number == 499 {
            drop(world.tenants.plan_leaving(&world.call(&ana), ana.user).await.unwrap());
        }
    }
    let planned = world.tenants.plan_leaving(&world.call(&ana), ana.user).await;
    assert_eq!(refused(planned), "WORKSPACES_TOO_MANY");
    world.finish().await;
}
