use std::time::Duration;

use saaskit_tenants::{Role, Transfer};

use crate::world::{World, refused};

#[tokio::test]
async fn an_offer_changes_nothing_until_it_is_accepted_and_then_both_roles_at_once() {
    let world = World::new();
    let ana = world.somebody();
    let acme = world.tenant(&ana, "acme").await;
    let (bob, bobs) = world.joined(&acme, Role::Member).await;
    let owner = world.owner(&acme, &ana).await;
    let offer = world.tenants.offer_ownership(&world.call(&ana), &ana, &owner, bobs).await.unwrap();
    assert_eq!((offer.to, offer.until), (bobs, world.source.now().plus(Transfer::LIFE)));
    assert_eq!(world.told(), ("tenants.ownership_offered", "tenants.offer_ownership"));
    assert_eq!(world.membership(&acme, bobs).await.role, Role::Member);

    let taker = world.enter(&bob, acme.id).await.unwrap();
    let accepted = world.tenants.accept_ownership(&world.call(&bob), &taker).await.unwrap();
    assert_eq!(accepted, world.membership(&acme, bobs).await);
    assert_eq!(world.told(), ("tenants.ownership_accepted", "tenants.accept_ownership"));
    assert_eq!(world.enter(&bob, acme.id).await.unwrap().role(), Role::Owner);
    assert_eq!(world.enter(&ana, acme.id).await.unwrap().role(), Role::Admin);
    assert_eq!(world.stored(&acme).await.transfer, None);
    let again = world.tenants.accept_ownership(&world.call(&bob), &taker).await;
    assert_eq!(refused(again), "TRANSFER_NOT_FOUND");
    let bob_in = world.enter(&bob, acme.id).await.unwrap();
    assert_eq!(refused(world.tenants.leave(&world.call(&bob), &bob_in).await), "LAST_OWNER");
    world.finish().await;
}

#[tokio::test]
async fn only_who_proved_who_they_are_within_five_minutes_gives_a_workspace_away() {
    let world = World::new();
    let ana = world.somebody();
    let acme = world.tenant(&ana, "acme").await;
    let (_, bobs) = world.joined(&acme, Role::Admin).await;
    let owner = world.owner(&acme, &ana).await;
    world.clock.advance(Duration::from_mins(5));
    world.tenants.offer_ownership(&world.call(&ana), &ana, &owner, bobs).await.unwrap();
    world.clock.advance(Duration::from_millis(1));
    let late = world.tenants.offer_ownership(&world.call(&ana), &ana, &owner, bobs).await;
    assert_eq!(refused(late), "STEP_UP_REQUIRED");
    world.finish().await;
}

#[tokio::test]
async fn an_offer_is_for_one_member_and_for_seven_days() {
    let world = World::new();
    let ana = world.somebody();
    let acme = world.tenant(&ana, "acme").await;
    let (bob, bobs) = world.joined(&acme, Role::Member).await;
    let (eva, _) = world.joined(&acme, Role::Admin).await;
    let owner = world.owner(&acme, &ana).await;
    world.tenants.offer_ownership(&world.call(&ana), &ana, &owner, bobs).await.unwrap();
    let eva_in = world.enter(&eva, acme.id).await.unwrap();
    assert_eq!(
        refused(world.tenants.accept_ownership(&world.call(&eva), &eva_in).await),
        "TRANSFER_NOT_FOUND"
    );
    world.clock.advance(Transfer::LIFE);
    let taker = world.enter(&bob, acme.id).await.unwrap();
    let late = world.tenants.accept_ownership(&world.call(&bob), &taker).await;
    assert_eq!(refused(late), "TRANSFER_EXPIRED");
    assert_eq!(world.membership(&acme, bobs).await.role, Role::Member);
    world.finish().await;
}

#[tokio::test]
async fn an_offer_that_was_withdrawn_or_made_by_who_owns_nothing_any_more_is_none() {
    let world = World::new();
    let ana = world.somebody();
    let acme = world.tenant(&ana, "acme").await;
    let (bob, bobs) = world.joined(&acme, Role::Member).await;
    let (cleo, _) = world.joined(&acme, Role::Owner).await;
    let owner = world.owner(&acme, &ana).await;
    let taker = world.enter(&bob, acme.id).await.unwrap();
    let nothing = world.tenants.withdraw_ownership(&world.call(&ana), &owner).await;
    assert_eq!(refused(nothing), "TRANSFER_NOT_FOUND");

    world.tenants.offer_ownership(&world.call(&ana), &ana, &owner, bobs).await.unwrap();
    world.tenants.withdraw_ownership(&world.call(&ana), &owner).await.unwrap();
    assert_eq!(world.told(), ("tenants.ownership_withdrawn", "tenants.withdraw_ownership"));
    let late = world.tenants.accept_ownership(&world.call(&bob), &taker).await;
    assert_eq!(refused(late), "TRANSFER_NOT_FOUND");

    world.tenants.offer_ownership(&world.call(&ana), &ana, &owner, bobs).await.unwrap();
    let by = world.admin(&acme, &cleo).await;
    let anas = world.id_of(&acme, &ana).await;
    world.tenants.change_role(&world.call(&cleo), &by, anas, Role::Admin, None).await.unwrap();
    let late = world.tenants.accept_ownership(&world.call(&bob), &taker).await;
    assert_eq!(refused(late), "TRANSFER_NOT_FOUND");
    assert_eq!(world.membership(&acme, bobs).await.role, Role::Member);
    world.finish().await;
}

#[tokio::test]
async fn a_workspace_is_offered_to_its_members_who_do_not_own_it_and_to_nobody_else() {
    let world = World::new();
    let ana = world.somebody();
    let acme = world.tenant(&ana, "acme").await;
    let other = world.tenant(&world.somebody(), "other").await;
    let (_, theirs) = world.joined(&other, Role::Member).await;
    let (_, cleos) = world.joined(&acme, Role::Owner).await;
    let owner = world.owner(&acme, &ana).await;
    for (to, reason) in [(theirs, "MEMBER_NOT_FOUND"), (cleos, "ALREADY_OWNER")] {
        let offered = world.tenants.offer_ownership(&world.call(&ana), &ana, &owner, to).await;
        assert_eq!(refused(offered), reason);
    }
    assert_eq!(world.stored(&acme).await.transfer, None);
    world.finish().await;
}
