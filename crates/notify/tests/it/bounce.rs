use saaskit_conformance::fixtures::{call, email};
use saaskit_kernel::{Email, ErrorKind, Job, Page, Store, TenantId};
use saaskit_notify::port::Suppressions;
use saaskit_notify::{Category, NewMessage, Status, Suppression, SuppressionReason};
use serde_json::json;

use crate::world::{World, mail};

fn of(category: Category, tenant: Option<TenantId>) -> NewMessage {
    NewMessage { category, tenant, ..mail() }
}

async fn outcome(world: &World, new: NewMessage) -> Status {
    let id = world.queue(new).await;
    world.work().await;
    let message = world.stored(id).await;
    assert_eq!(message.values, None, "its values are wiped");
    message.status
}

async fn suppressed(world: &World) -> Vec<Suppression> {
    world.memory.suppressions(None, Page { after: None, limit: 100 }).await.unwrap().items
}

#[tokio::test]
async fn an_address_nobody_has_gets_no_second_mail_from_anybody_and_its_server_is_not_asked() {
    let world = World::new();
    let [acme, other]: [TenantId; 2] = [world.source.id(), world.source.id()];
    world.provider.always_refuse(email("ana"), ErrorKind::NoRecipient);
    assert_eq!(outcome(&world, of(Category::Transactional, Some(acme))).await, Status::Bounced);
    let [known] = &suppressed(&world).await[..] else { panic!("one suppression") };
    assert_eq!(
        (&known.address, known.tenant, known.reason),
        (&email("ana"), None, SuppressionReason::Bounced)
    );
    assert_eq!(known.since, world.source.now());

    let spelling = Email::parse("ANA@Example.org").unwrap();
    for tenant in [Some(acme), Some(other), None] {
        let again = NewMessage { to: spelling.clone(), ..of(Category::Transactional, tenant) };
        assert_eq!(outcome(&world, again).await, Status::Suppressed);
    }
    assert_eq!(world.provider.tries().len(), 1);
    assert_eq!(outcome(&world, NewMessage { to: email("ben"), ..mail() }).await, Status::Sent);
    world.finish().await;
}

#[tokio::test]
async fn mail_about_the_account_is_tried_after_a_bounce_and_marked_again() {
    let world = World::new();
    world.provider.always_refuse(email("ana"), ErrorKind::NoRecipient);
    for tries in 1..=2 {
        assert_eq!(outcome(&world, of(Category::System, None)).await, Status::Bounced);
        assert_eq!((world.provider.tries().len(), suppressed(&world).await.len()), (tries, 1));
    }
    world.finish().await;
}

#[tokio::test]
async fn what_is_refused_for_another_reason_fails_and_holds_nothing_back() {
    for kind in [ErrorKind::Rejected, ErrorKind::Invalid, ErrorKind::Unexpected] {
        let world = World::new();
        world.provider.refuse(1, kind);
        assert_eq!(outcome(&world, of(Category::Transactional, None)).await, Status::Failed, "{kind:?}");
        assert_eq!(suppressed(&world).await, []);
        assert_eq!(outcome(&world, of(Category::Transactional, None)).await, Status::Sent);
        world.finish().await;
    }
}

#[tokio::test]
async fn a_mail_that_bounced_is_not_tried_again() {
    let world = World::new();
    world.provider.refuse(1, ErrorKind::NoRecipient);
    let id = world.queue(mail()).await;
    world.work().await;
    let again = Job::now(&world.source, "notify.send", None, json!({ "message": id }));
    world.memory.commit(call(&world.source).commit().enqueue(again)).await.unwrap();
    world.work_to_the_end().await;
    assert_eq!((world.provider.tries().len(), world.stored(id).await.status), (1, Status::Bounced));
    world.finish().await;
}
