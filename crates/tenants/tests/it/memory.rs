use std::time::Duration;

use saaskit_kernel::Signal;
use saaskit_tenants::{ACCESS, NewPolicy, Role, TenantChange, TenantStatus};

use crate::world::{World, refused, saving};

fn renamed() -> TenantChange {
    TenantChange { name: Some("New".to_owned()), slug: None }
}

#[tokio::test]
async fn who_entered_enters_again_without_a_question_to_the_store() {
    let world = World::new();
    let ana = world.somebody();
    let acme = world.tenant(&ana, "acme").await;
    world.follow().await;
    world.enter(&ana, acme.id).await.unwrap();
    assert_eq!(world.watched.reads(), 1);
    for _ in 0..10 {
        assert_eq!(world.enter(&ana, acme.id).await.unwrap().role(), Role::Owner);
    }
    assert_eq!(world.watched.reads(), 0);
    world.finish().await;
}

#[tokio::test]
async fn memory_is_not_believed_where_nobody_follows_or_nothing_was_heard_for_a_second() {
    let world = World::new();
    let ana = world.somebody();
    let acme = world.tenant(&ana, "acme").await;
    for _ in 0..3 {
        world.enter(&ana, acme.id).await.unwrap();
    }
    assert_eq!(world.watched.reads(), 3, "nobody follows");
    world.follow().await;
    world.enter(&ana, acme.id).await.unwrap();
    assert_eq!(world.watched.reads(), 0);
    world.turn(&acme, TenantStatus::Suspended).await;
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(refused(world.enter(&ana, acme.id).await), "TENANT_SUSPENDED");
    world.finish().await;
}

#[tokio::test]
async fn what_is_done_here_is_true_here_at_once() {
    let world = World::new();
    let ana = world.somebody();
    let acme = world.tenant(&ana, "acme").await;
    let (bob, bobs) = world.joined(&acme, Role::Admin).await;
    let (eva, evas) = world.joined(&acme, Role::Admin).await;
    world.follow().await;
    let by = world.admin(&acme, &ana).await;
    for who in [&bob, &eva] {
        world.enter(who, acme.id).await.unwrap();
    }

    world.tenants.change_role(&world.call(&ana), &by, bobs, Role::Member, None).await.unwrap();
    assert_eq!(world.enter(&bob, acme.id).await.unwrap().role(), Role::Member);
    world.tenants.remove_member(&world.call(&ana), &by, evas).await.unwrap();
    assert_eq!(refused(world.enter(&eva, acme.id).await), "TENANT_NOT_FOUND");
    let writes = world.admin(&acme, &ana).await;
    world.tenants.update(&world.call(&ana), &writes, renamed(), None).await.unwrap();
    assert_eq!(world.enter(&bob, acme.id).await.unwrap().tenant().name.as_str(), "New");
    let owner = world.owner(&acme, &ana).await;
    let strict = NewPolicy { methods: vec!["pwd".to_owned()], ..NewPolicy::default() };
    world.tenants.set_policy(&world.call(&ana), &ana, &owner, strict, None).await.unwrap();
    let mut bob = bob;
    bob.methods = vec!["otp".to_owned()];
    assert_eq!(refused(world.enter(&bob, acme.id).await), "STEP_UP_REQUIRED");
    world.finish().await;
}

#[tokio::test]
async fn what_is_done_on_another_node_is_true_here_once_it_was_heard() {
    let world = World::new();
    let ana = world.somebody();
    let acme = world.tenant(&ana, "acme").await;
    let (eva, evas) = world.joined(&acme, Role::Member).await;
    let other = world.node();
    for node in [&world, &other] {
        node.follow().await;
        node.enter(&eva, acme.id).await.unwrap();
    }
    let by = world.admin(&acme, &ana).await;
    world.tenants.remove_member(&world.call(&ana), &by, evas).await.unwrap();
    other.enter(&eva, acme.id).await.unwrap();
    other.follow().await;
    assert_eq!(refused(other.enter(&eva, acme.id).await), "TENANT_NOT_FOUND");
    world.finish().await;
}

#[tokio::test]
async fn what_was_read_while_it_was_made_untrue_is_not_remembered() {
    let world = World::new();
    let ana = world.somebody();
    let acme = world.tenant(&ana, "acme").await;
    world.follow().await;
    let subject = format!("{}/{}", acme.id, ana.user);
    world.watched.meanwhile(Signal { name: ACCESS.into(), subject, number: 0, until: world.source.now() });
    world.enter(&ana, acme.id).await.unwrap();
    world.enter(&ana, acme.id).await.unwrap();
    assert_eq!(world.watched.reads(), 2, "the first answer was not believed later");
    world.enter(&ana, acme.id).await.unwrap();
    assert_eq!(world.watched.reads(), 0);
    world.finish().await;
}

#[tokio::test]
async fn a_change_that_had_to_begin_again_is_remembered_as_it_ended() {
    let world = World::new();
    let ana = world.somebody();
    let acme = world.tenant(&ana, "acme").await;
    world.follow().await;
    let by = world.admin(&acme, &ana).await;
    world.somebody_is_faster(saving(world.stored(&acme).await));
    world.tenants.update(&world.call(&ana), &by, renamed(), None).await.unwrap();
    assert_eq!(world.enter(&ana, acme.id).await.unwrap().tenant(), &world.stored(&acme).await);
    world.finish().await;
}
