use saaskit_kernel::{
    Call, Claim, ClaimKey, Commit, CommitError, Outcome, Page, Principal, Scope, Store, Subscriptions,
};
use saaskit_tenants::port::Memberships;
use saaskit_tenants::{Removal, Role, Tenant};
use serde_json::{Value, json};

use crate::world::{World, refused, saving};

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

#[tokio::test]
async fn who_is_gone_with_the_account_is_listed_and_can_be_removed_for_good_and_nothing_else() {
    let world = World::new();
    let (ana, bob, [acme, other]) = given(&world).await;
    let [anas, owns] = [world.id_of(&acme, &ana).await, world.id_of(&other, &ana).await];
    leave(&world, &ana).await;
    let by = world.admin(&acme, &bob).await;
    let reads = world.admin(&acme, &bob).await;
    let listed = world.tenants.members(&reads, Page { after: None, limit: 10 }).await.unwrap().items;
    let listed: Vec<_> = listed.iter().map(|(member, _)| (member.user, member.may_return())).collect();
    assert_eq!(listed, [(bob.user, false), (ana.user, true)]);
    assert_eq!(world.tenants.member(&reads, anas).await.unwrap().0.user, ana.user);
    assert_eq!(world.tenants.seats(&reads).await.unwrap().used, 1);

    let call = world.call(&bob);
    assert_eq!(refused(world.tenants.change_role(&call, &by, anas, Role::Admin, None).await), "MEMBER_ENDED");
    let owner = world.owner(&acme, &bob).await;
    assert_eq!(refused(world.tenants.offer_ownership(&call, &bob, &owner, anas).await), "MEMBER_ENDED");
    world.tenants.remove_member(&call, &by, anas).await.unwrap();
    assert_eq!(world.told(), ("tenants.member_removed", "tenants.remove_member"));
    let entry = world.memory.audit().pop().unwrap();
    assert_eq!(entry.before, Some(json!({ "role": "member", "ended": "with_account" })));
    assert_eq!(entry.after, Some(Value::Null));
    assert_eq!(refused(world.tenants.remove_member(&call, &by, anas).await), "MEMBER_NOT_FOUND");

    let (eva, _) = world.joined(&other, Role::Admin).await;
    let below = world.admin(&other, &eva).await;
    assert_eq!(refused(world.tenants.remove_member(&world.call(&eva), &below, owns).await), "ROLE_TOO_LOW");
    let by = world.admin(&other, &bob).await;
    world.tenants.remove_member(&call, &by, owns).await.unwrap();
    let bob_in = world.enter(&bob, other.id).await.unwrap();
    assert_eq!(
        refused(world.tenants.leave(&call, &bob_in).await),
        "LAST_OWNER",
        "the owner was counted once"
    );
    come_back(&world, &ana).await;
    for tenant in [&acme, &other] {
        assert_eq!(refused(world.enter(&ana, tenant.id).await), "TENANT_NOT_FOUND");
    }
    world.finish().await;
}

#[tokio::test]
async fn who_comes_back_needs_a_seat_and_what_does_not_fit_is_written_down() {
    let world = World::new();
    let (ana, _, [acme, other]) = given(&world).await;
    let anas = world.id_of(&acme, &ana).await;
    leave(&world, &ana).await;
    seat(&world, &acme, 1).await;
    seat(&world, &other, 2).await;
    come_back(&world, &ana).await;
    assert_eq!(refused(world.enter(&ana, acme.id).await), "TENANT_NOT_FOUND");
    assert_eq!(world.enter(&ana, other.id).await.unwrap().role(), Role::Owner);
    let entries = world.memory.audit();
    let entry = entries.iter().find(|entry| entry.outcome == Outcome::Refused).unwrap();
    assert_eq!((entry.action.name, entry.tenant), ("tenants.return_with_account", Some(acme.id)));
    assert_eq!(entry.resource, Some(anas.to_string()));
    assert_eq!(entry.reason.as_deref(), Some("no seat is free"));
    assert!(world.membership(&acme, anas).await.may_return(), "it stays as it was");

    seat(&world, &acme, 2).await;
    come_back(&world, &ana).await;
    assert_eq!(world.enter(&ana, acme.id).await.unwrap().membership().id, anas);
    world.finish().await;
}

#[tokio::test]
async fn of_two_who_come_back_to_the_last_seat_at_once_one_is_late() {
    let world = World::new();
    let (ana, bob) = (world.somebody(), world.somebody());
    let acme = world.tenant(&world.somebody(), "acme").await;
    for who in [&ana, &bob] {
        world.join(&acme, who.user, Role::Member).await;
        leave(&world, who).await;
    }
    seat(&world, &acme, 2).await;
    let [first, late] = [
        world.tenants.plan_returning(&world.call(&ana), ana.user).await.unwrap(),
        world.tenants.plan_returning(&world.call(&bob), bob.user).await.unwrap(),
    ];
    commit(&world, first).await;
    assert!(matches!(world.memory.commit(late).await, Err(CommitError::Stale)));
    come_back(&world, &bob).await;
    world.enter(&ana, acme.id).await.unwrap();
    assert_eq!(refused(world.enter(&bob, acme.id).await), "TENANT_NOT_FOUND");
    world.finish().await;
}

#[tokio::test]
async fn whose_account_is_erased_does_not_come_back_and_is_listed_no_more() {
    let world = World::new();
    let (ana, bob, [acme, _]) = given(&world).await;
    leave(&world, &ana).await;
    let planned = world.tenants.plan_forgetting(&world.call(&ana), ana.user).await.unwrap();
    assert!(planned.audit().iter().all(|entry| entry.action.name == "tenants.erase_with_account"));
    commit(&world, planned).await;
    let by = world.admin(&acme, &bob).await;
    let listed = world.tenants.members(&by, Page { after: None, limit: 10 }).await.unwrap().items;
    assert_eq!(listed.len(), 1);
    assert_eq!(world.memory.ended_with_account(ana.user).await.unwrap(), []);
    world.finish().await;
}

/// Gives a workspace so many seats, as a plan would.
async fn seat(world: &World, tenant: &Tenant, seats: u32) {
    commit(world, saving(Tenant { seats: Some(seats), ..world.stored(tenant).await })).await;
}
