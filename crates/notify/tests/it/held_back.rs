use saaskit_conformance::fixtures::email;
use saaskit_kernel::{Commit, Email, ErrorKind, Store, TenantId, WorkQueue, WorkState};
use saaskit_notify::write::{NotifyWrite, PreferenceWrite, SuppressionWrite};
use saaskit_notify::{Category, NewMessage, OptOut, Status, Suppression, SuppressionReason, Topic};

use crate::world::{World, mail};

const MARKETING: Category = Category::Optional(Topic::Marketing);

fn of(category: Category, tenant: Option<TenantId>) -> NewMessage {
    NewMessage { category, tenant, ..mail() }
}

async fn write(world: &World, write: impl Into<NotifyWrite>) {
    world.memory.commit(Commit::new().write(write.into())).await.unwrap();
}

fn suppression(world: &World, tenant: Option<TenantId>) -> Suppression {
    let (address, since) = (Email::parse("ANA@example.org").unwrap(), world.source.now());
    Suppression { id: world.source.id(), address, tenant, reason: SuppressionReason::Complained, since }
}

/// How far a mail gets, and whether the provider saw it.
async fn outcome(world: &World, new: NewMessage) -> (Status, bool) {
    let before = world.provider.tries().len();
    let id = world.queue(new).await;
    world.work().await;
    let message = world.stored(id).await;
    assert_eq!(message.values, None, "its values are wiped");
    (message.status, world.provider.tries().len() > before)
}

#[tokio::test]
async fn an_address_that_is_suppressed_gets_mail_about_the_account_only() {
    let world = World::new();
    write(&world, SuppressionWrite::Add(suppression(&world, None))).await;
    for tenant in [None, Some(world.source.id())] {
        for category in Category::ALL {
            let expected =
                if category == Category::System { (Status::Sent, true) } else { (Status::Suppressed, false) };
            assert_eq!(outcome(&world, of(category, tenant)).await, expected, "{category:?}");
        }
    }
    world.finish().await;
}

#[tokio::test]
async fn a_suppression_of_one_workspace_holds_back_nobody_elses_mail() {
    let world = World::new();
    let [acme, other]: [TenantId; 2] = [world.source.id(), world.source.id()];
    write(&world, SuppressionWrite::Add(suppression(&world, Some(acme)))).await;
    let mail = |tenant| of(Category::Transactional, tenant);
    assert_eq!(outcome(&world, mail(Some(acme))).await, (Status::Suppressed, false));
    for elsewhere in [Some(other), None] {
        assert_eq!(outcome(&world, mail(elsewhere)).await, (Status::Sent, true));
    }
    world.finish().await;
}

#[tokio::test]
async fn what_was_opted_out_of_is_not_sent_and_everything_else_is() {
    let world = World::new();
    let acme: TenantId = world.source.id();
    let refused = OptOut { address: email("ana"), tenant: Some(acme), topic: Topic::Marketing };
    write(&world, PreferenceWrite::OptOut(refused.clone())).await;
    for category in Category::ALL {
        let expected = if category == MARKETING { (Status::OptedOut, false) } else { (Status::Sent, true) };
        assert_eq!(outcome(&world, of(category, Some(acme))).await, expected, "{category:?}");
    }
    assert_eq!(outcome(&world, of(MARKETING, None)).await, (Status::Sent, true));
    write(&world, PreferenceWrite::OptIn(refused)).await;
    assert_eq!(outcome(&world, of(MARKETING, Some(acme))).await, (Status::Sent, true));
    world.finish().await;
}

#[tokio::test]
async fn what_is_said_after_a_mail_was_planned_still_counts() {
    let world = World::new();
    let id = world.queue(of(MARKETING, None)).await;
    let refused = OptOut { address: email("ana"), tenant: None, topic: Topic::Marketing };
    write(&world, PreferenceWrite::OptOut(refused)).await;
    world.work().await;
    assert_eq!(world.stored(id).await.status, Status::OptedOut);
    assert!(world.provider.tries().is_empty());
    world.finish().await;
}

#[tokio::test]
async fn an_address_that_is_always_refused_holds_up_nobody_else() {
    for kind in [ErrorKind::Unavailable, ErrorKind::Rejected] {
        let world = World::new();
        world.provider.always_refuse(email("poison"), kind);
        let poisoned = world.queue(NewMessage { to: email("poison"), ..mail() }).await;
        let mut good = Vec::new();
        for _ in 0..40 {
            good.push(world.queue(mail()).await);
        }
        world.work().await;
        for id in good {
            assert_eq!(world.stored(id).await.status, Status::Sent);
        }
        world.work_to_the_end().await;
        assert_eq!(world.stored(poisoned).await.status, Status::Failed);
        assert_eq!(WorkQueue::state(&*world.memory, world.source.now()).await.unwrap(), WorkState::default());
    }
}
