use saaskit_kernel::{Page, Principal};
use saaskit_tenants::permissions::WriteMembers;
use saaskit_tenants::{MembershipId, Role, Tenant};
use serde_json::json;

use crate::world::{World, refused};

const ALL: Page<saaskit_tenants::MembershipId> = Page { after: None, limit: 100 };

/// A workspace of a new owner.
async fn given(world: &World) -> (Principal, Tenant, MembershipId) {
    let ana = world.somebody();
    let acme = world.tenant(&ana, "acme").await;
    let own = world.id_of(&acme, &ana).await;
    (ana, acme, own)
}

#[tokio::test]
async fn an_admin_sees_who_is_there_with_address_and_role_and_how_many_seats_are_taken() {
    let world = World::new();
    let (ana, acme, own) = given(&world).await;
    let (bob, bobs) = world.joined(&acme, Role::Admin).await;
    let (_, gone) = world.joined(&acme, Role::Member).await;
    world.tenant(&world.somebody(), "other").await;
    let by = world.admin(&acme, &bob).await;
    world.tenants.remove_member(&world.call(&bob), &by, gone).await.unwrap();

    let reads = world.admin(&acme, &bob).await;
    let listed = world.tenants.members(&reads, ALL).await.unwrap();
    assert!(!listed.has_more);
    let seen: Vec<_> = listed.items.iter().map(|(member, _)| (member.id, member.user, member.role)).collect();
    assert_eq!(seen, [(own, ana.user, Role::Owner), (bobs, bob.user, Role::Admin)]);
    for (member, person) in &listed.items {
        let person = person.as_ref().unwrap();
        assert_eq!(person.id, member.user, "everybody has the own address");
    }
    let part = world.tenants.members(&reads, Page { after: Some(own), limit: 1 }).await.unwrap();
    assert_eq!((part.items[0].0.id, part.has_more), (bobs, false));
    assert_eq!(world.tenants.seats(&reads).await.unwrap().used, 2);
    assert_eq!(world.tenants.member(&reads, bobs).await.unwrap().0.user, bob.user);
    world.finish().await;
}

#[tokio::test]
async fn a_role_is_changed_and_that_is_told_and_written_down() {
    let world = World::new();
    let (ana, acme, _) = given(&world).await;
    let (eva, evas) = world.joined(&acme, Role::Member).await;
    let by = world.admin(&acme, &ana).await;
    let given = world.tenants.change_role(&world.call(&ana), &by, evas, Role::Admin, None).await.unwrap();
    assert_eq!(given, world.membership(&acme, evas).await);
    assert_eq!(world.told(), ("tenants.role_changed", "tenants.change_role"));
    let entry = world.memory.audit().pop().unwrap();
    assert_eq!((entry.tenant, entry.resource), (Some(acme.id), Some(evas.to_string())));
    assert_eq!(
        (entry.before, entry.after),
        (Some(json!({"role": "member"})), Some(json!({"role": "admin"})))
    );
    assert_eq!(world.enter(&eva, acme.id).await.unwrap().role(), Role::Admin);

    let lines = world.memory.audit().len();
    world.tenants.change_role(&world.call(&ana), &by, evas, Role::Admin, None).await.unwrap();
    assert_eq!(world.memory.audit().len(), lines, "the same role again writes nothing");
    world.finish().await;
}

#[tokio::test]
async fn nobody_gives_or_takes_what_is_above_the_own_role() {
    let world = World::new();
    let (_, acme, own) = given(&world).await;
    let (bob, bobs) = world.joined(&acme, Role::Admin).await;
    let (_, evas) = world.joined(&acme, Role::Member).await;
    let by = world.admin(&acme, &bob).await;
    let call = world.call(&bob);
    for (member, role) in [(own, Role::Member), (own, Role::Owner), (evas, Role::Owner), (bobs, Role::Owner)]
    {
        assert_eq!(refused(world.tenants.change_role(&call, &by, member, role, None).await), "ROLE_TOO_LOW");
    }
    assert_eq!(refused(world.tenants.remove_member(&call, &by, own).await), "ROLE_TOO_LOW");
    assert_eq!(refused(world.tenants.remove_member(&call, &by, bobs).await), "MEMBER_IS_YOU");
    world.tenants.change_role(&call, &by, evas, Role::Admin, None).await.unwrap();
    world.tenants.change_role(&call, &by, bobs, Role::Member, None).await.unwrap();
    assert_eq!(
        refused(world.enter(&bob, acme.id).await.unwrap().allowed::<WriteMembers>()),
        "PERMISSION_MISSING"
    );
    world.finish().await;
}

#[tokio::test]
async fn who_was_removed_is_kept_as_removed_and_is_out_at_once() {
    let world = World::new();
    let (ana, acme, _) = given(&world).await;
    let (eva, evas) = world.joined(&acme, Role::Member).await;
    let by = world.admin(&acme, &ana).await;
    world.tenants.remove_member(&world.call(&ana), &by, evas).await.unwrap();
    assert_eq!(world.told(), ("tenants.member_removed", "tenants.remove_member"));
    let removal = world.membership(&acme, evas).await.removal.unwrap();
    assert_eq!((removal.at, removal.with_account), (world.source.now(), false));
    assert_eq!(refused(world.enter(&eva, acme.id).await), "TENANT_NOT_FOUND");
    assert_eq!(refused(world.tenants.remove_member(&world.call(&ana), &by, evas).await), "MEMBER_NOT_FOUND");
    assert_eq!(
        refused(world.tenants.change_role(&world.call(&ana), &by, evas, Role::Admin, None).await),
        "MEMBER_NOT_FOUND"
    );
    world.join(&acme, eva.user, Role::Member).await;
    world.enter(&eva, acme.id).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn a_member_of_another_workspace_is_none_here() {
    let world = World::new();
    let (ana, acme, _) = given(&world).await;
    let other = world.tenant(&world.somebody(), "other").await;
    let (_, theirs) = world.joined(&other, Role::Member).await;
    let by = world.admin(&acme, &ana).await;
    let call = world.call(&ana);
    assert_eq!(refused(world.tenants.remove_member(&call, &by, theirs).await), "MEMBER_NOT_FOUND");
    assert_eq!(
        refused(world.tenants.change_role(&call, &by, theirs, Role::Admin, None).await),
        "MEMBER_NOT_FOUND"
    );
    let reads = world.admin(&acme, &ana).await;
    assert_eq!(refused(world.tenants.member(&reads, theirs).await), "MEMBER_NOT_FOUND");
    assert!(world.membership(&other, theirs).await.is_active());
    world.finish().await;
}

#[tokio::test]
async fn the_last_owner_stays_however_it_is_tried() {
    let world = World::new();
    let (ana, acme, own) = given(&world).await;
    let by = world.admin(&acme, &ana).await;
    let member = world.enter(&ana, acme.id).await.unwrap();
    let call = world.call(&ana);
    assert_eq!(refused(world.tenants.leave(&call, &member).await), "LAST_OWNER");
    assert_eq!(refused(world.tenants.change_role(&call, &by, own, Role::Admin, None).await), "LAST_OWNER");
    assert_eq!(world.membership(&acme, own).await.role, Role::Owner);

    let (bob, bobs) = world.joined(&acme, Role::Admin).await;
    world.tenants.change_role(&call, &by, bobs, Role::Owner, None).await.unwrap();
    world.tenants.leave(&call, &member).await.unwrap();
    assert_eq!(world.told(), ("tenants.member_left", "tenants.leave"));
    assert_eq!(refused(world.enter(&ana, acme.id).await), "TENANT_NOT_FOUND");
    let bob_in = world.enter(&bob, acme.id).await.unwrap();
    assert_eq!(refused(world.tenants.leave(&world.call(&bob), &bob_in).await), "LAST_OWNER");
    world.finish().await;
}

#[tokio::test]
async fn of_two_owners_who_leave_at_once_one_stays() {
    for _ in 0..20 {
        let world = World::new();
        let (ana, acme, _) = given(&world).await;
        let (bob, _) = world.joined(&acme, Role::Owner).await;
        let ana_in = world.enter(&ana, acme.id).await.unwrap();
        let bob_in = world.enter(&bob, acme.id).await.unwrap();
        let (anas_call, bobs_call) = (world.call(&ana), world.call(&bob));
        let (first, second) =
            tokio::join!(world.tenants.leave(&anas_call, &ana_in), world.tenants.leave(&bobs_call, &bob_in));
        assert_eq!([&first, &second].iter().filter(|left| left.is_ok()).count(), 1);
        let stayed = if first.is_err() { (refused(first), &ana) } else { (refused(second), &bob) };
        assert_eq!(stayed.0, "LAST_OWNER");
        assert_eq!(world.enter(stayed.1, acme.id).await.unwrap().role(), Role::Owner);
        world.finish().await;
    }
}

#[tokio::test]
async fn owners_are_made_and_unmade_by_who_proved_lately_who_they_are() {
    let world = World::new();
    let (ana, acme, _) = given(&world).await;
    let (_, bobs) = world.joined(&acme, Role::Member).await;
    let (_, evas) = world.joined(&acme, Role::Owner).await;
    world.clock.advance(std::time::Duration::from_secs(301));
    let (by, call) = (world.admin(&acme, &ana).await, world.call(&ana));
    world.tenants.change_role(&call, &by, bobs, Role::Admin, None).await.unwrap();
    let made = world.tenants.change_role(&call, &by, bobs, Role::Owner, None).await;
    assert_eq!(refused(made), "STEP_UP_REQUIRED");
    assert_eq!(
        refused(world.tenants.change_role(&call, &by, evas, Role::Member, None).await),
        "STEP_UP_REQUIRED"
    );
    assert_eq!(refused(world.tenants.remove_member(&call, &by, evas).await), "STEP_UP_REQUIRED");
    world.finish().await;
}
