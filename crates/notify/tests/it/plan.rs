use saaskit_kernel::{Job, Sealer, TenantId};
use saaskit_notify::{Category, Message, NotifyError, Status, Template};
use serde_json::json;

use crate::world::{LINK, World, mail, mail_with, planned};

#[tokio::test]
async fn a_mail_rides_in_one_commit_as_a_message_and_a_job_that_knows_only_its_id() {
    let world = World::new();
    let commit = world.notify.plan(mail()).unwrap();
    let message = planned(&commit);
    assert_eq!((message.status, message.category, message.tenant), (Status::Queued, Category::System, None));
    assert_eq!((message.created_at, message.changed_at), (world.source.now(), world.source.now()));
    let [Job { kind, tenant, payload, due_at, .. }] = commit.jobs() else { panic!("{commit:?}") };
    assert_eq!((kind.as_str(), tenant, *due_at), ("notify.send", &None, world.source.now()));
    assert_eq!(*payload, json!({ "message": message.id }));
    assert!(commit.events().is_empty() && commit.audit().is_empty());
    world.finish().await;
}

#[tokio::test]
async fn planning_sends_and_stores_nothing_by_itself() {
    let world = World::new();
    drop(world.notify.plan(mail()).unwrap());
    world.work().await;
    assert!(world.provider.tries().is_empty());
    world.finish().await;
}

#[tokio::test]
async fn a_mail_for_a_workspace_is_that_workspaces_message_and_work() {
    let world = World::new();
    let tenant: TenantId = world.source.id();
    let values = [("name", ""), ("tenant", "Acme"), ("link", LINK)];
    let commit = world.notify.plan(mail_with(Template::Welcome, Some(tenant), &values)).unwrap();
    assert_eq!((planned(&commit).tenant, commit.jobs()[0].tenant), (Some(tenant), Some(tenant)));
    world.finish().await;
}

#[tokio::test]
async fn a_value_that_is_missing_is_found_when_planning_for_every_template_and_value() {
    let world = World::new();
    let all = [("name", "Ana"), ("tenant", "Acme"), ("link", LINK)];
    for template in Template::ALL {
        assert!(world.notify.plan(mail_with(*template, None, &all)).is_ok());
        let needed = all.iter().filter(|(name, _)| *name != "tenant" || *template == Template::Welcome);
        for (missing, _) in needed {
            let values: Vec<_> = all.iter().filter(|(name, _)| name != missing).copied().collect();
            let answer = world.notify.plan(mail_with(*template, None, &values));
            assert!(matches!(answer, Err(NotifyError::Template(_))), "{template:?} without {missing}");
        }
    }
    world.finish().await;
}

#[tokio::test]
async fn values_are_sealed_for_their_own_message() {
    let world = World::new();
    let [first, second] = [world.queue(mail()).await, world.queue(mail()).await];
    let [first, second] = [world.stored(first).await, world.stored(second).await];
    assert_eq!(world.opened(&first), r#"{"link":""#.to_owned() + LINK + r#"","name":"Ana"}"#);
    assert_ne!(first.values, second.values);
    let swapped = world.sealer.open(&Message::seal_context(second.id), &first.values.unwrap());
    assert!(swapped.is_err(), "another message's seal does not open");
    world.work().await;
    world.finish().await;
}
