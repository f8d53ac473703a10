use saaskit_kernel::{Job, Locale, Sealer, TenantId};
use saaskit_notify::{Category, Message, NewMessage, NotifyError, Status, Template};
use serde_json::json;

use crate::world::{LINK, World, mail, mail_with, planned};

#[tokio::test]
async fn a_mail_rides_in_one_commit_as_a_message_and_a_job_that_knows_only_its_id() {
    let world = World::new();
    let commit = world.notify.plan(mail()).await.unwrap();
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
    drop(world.notify.plan(mail()).await.unwrap());
    world.work().await;
    assert!(world.provider.tries().is_empty());
    world.finish().await;
}

#[tokio::test]
async fn a_mail_for_a_workspace_is_that_workspaces_message_and_work() {
    let world = World::new();
    let tenant: TenantId = world.source.id();
    let values = [("name", ""), ("tenant", "Acme"), ("link", LINK)];
    let commit = world.notify.plan(mail_with(Template::Welcome, Some(tenant), &values)).await.unwrap();
    assert_eq!((planned(&commit).tenant, commit.jobs()[0].tenant), (Some(tenant), Some(tenant)));
    world.finish().await;
}

#[tokio::test]
async fn values_that_do_not_fit_the_template_are_found_when_planning() {
    let world = World::new();
    let fitting = [("name", "Ana"), ("link", LINK)];
    assert!(world.notify.plan(mail_with(Template::VerifyEmail, None, &fitting)).await.is_ok());
    for values in [&fitting[..1], &[("name", "Ana"), ("link", LINK), ("tenant", "Acme")]] {
        let answer = world.notify.plan(mail_with(Template::VerifyEmail, None, values)).await;
        assert!(matches!(answer, Err(NotifyError::Internal(_))), "{values:?}");
    }
    world.finish().await;
}

#[tokio::test]
async fn a_mail_speaks_its_readers_language() {
    let world = World::new();
    world.queue(NewMessage { locale: Locale::De, ..mail() }).await;
    world.queue(mail()).await;
    world.work().await;
    let mut subjects: Vec<String> = world.provider.tries().into_iter().map(|mail| mail.subject).collect();
    subjects.sort();
    assert_eq!(subjects, ["Bestätigen Sie Ihre E-Mail-Adresse", "Confirm your e-mail address"]);
    world.finish().await;
}

#[tokio::test]
async fn values_are_sealed_for_their_own_message() {
    let world = World::new();
    let [first, second] = [world.queue(mail()).await, world.queue(mail()).await];
    let [first, second] = [world.stored(first).await, world.stored(second).await];
    assert!(world.opened(&first).contains(LINK));
    assert_ne!(first.values, second.values);
    let swapped = world.sealer.open(&Message::seal_context(second.id), &first.values.unwrap());
    assert!(swapped.is_err(), "another message's seal does not open");
    world.work().await;
    world.finish().await;
}
