use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use saaskit_conformance::fixtures::email;
use saaskit_kernel::{
    Alarms, BehindBreaker, Breaker, BreakerSettings, Commit, CommitError, EmailSender, ErrorKind, Job, Store,
    Version, WorkQueue, WorkState,
};
use saaskit_notify::write::{MessageWrite, NotifyWrite};
use saaskit_notify::{Message, MessageId, Status, Template};
use serde_json::json;

use crate::world::{LINK, World, mail, mail_with};

/// How often the worker tries by default.
const TRIES: usize = 12;

fn assert_wiped(message: &Message, status: Status, provider_id: Option<&str>) {
    assert_eq!(
        (message.status, &message.values, message.provider_id.as_deref()),
        (status, &None, provider_id)
    );
}

#[tokio::test]
async fn a_mail_arrives_with_its_link_and_its_values_are_wiped() {
    let world = World::new();
    let id = world.queue(mail()).await;
    world.elapse(Duration::from_secs(1));
    world.work().await;

    let tries = world.provider.tries();
    assert_eq!(tries.len(), 1);
    assert_eq!((tries[0].key.as_str(), &tries[0].to.email), (id.to_string().as_str(), &email("ana")));
    assert_eq!(
        (tries[0].subject.as_str(), &tries[0].from.email),
        ("Confirm your e-mail address", &email("noreply"))
    );
    assert!(tries[0].text.contains(LINK) && tries[0].html.contains("Canary-Token-4711"));
    let message = world.stored(id).await;
    assert_wiped(&message, Status::Sent, Some("provider-1"));
    assert_eq!(message.changed_at, world.source.now());
    assert!(message.changed_at > message.created_at);
    world.finish().await;
}

#[tokio::test]
async fn what_may_pass_is_tried_again_later_with_the_same_key_and_the_same_mail() {
    for kind in [ErrorKind::Unavailable, ErrorKind::TimedOut, ErrorKind::Throttled] {
        let world = World::new();
        world.provider.refuse(2, kind);
        let id = world.queue(mail()).await;
        world.work().await;
        assert_eq!(world.provider.tries().len(), 1, "not again at once");
        assert_eq!(
            (world.stored(id).await.status, world.stored(id).await.version),
            (Status::Queued, Version(1))
        );

        world.work_to_the_end().await;
        let tries = world.provider.tries();
        assert_eq!(tries.len(), 3);
        for each in &tries {
            assert_eq!(
                (&each.key, &each.text, &each.subject),
                (&id.to_string(), &tries[0].text, &tries[0].subject)
            );
        }
        assert_wiped(&world.stored(id).await, Status::Sent, Some("provider-3"));
        world.finish().await;
    }
}

#[tokio::test]
async fn after_the_last_try_it_has_failed_and_its_values_are_wiped() {
    let world = World::new();
    world.provider.refuse(TRIES - 1, ErrorKind::Unavailable);
    let lucky = world.queue(mail()).await;
    world.work_to_the_end().await;
    assert_wiped(&world.stored(lucky).await, Status::Sent, Some("provider-12"));

    world.provider.refuse(TRIES, ErrorKind::Unavailable);
    let id = world.queue(mail()).await;
    world.work_to_the_end().await;
    assert_eq!(world.provider.tries().len(), 2 * TRIES);
    assert_wiped(&world.stored(id).await, Status::Failed, None);
    world.finish().await;
}

#[tokio::test]
async fn a_mail_that_is_kept_back_while_its_server_is_away_loses_none_of_its_tries() {
    let world = World::new();
    world.provider.refuse(TRIES - 1, ErrorKind::Unavailable);
    let id = world.queue(mail()).await;
    let pause = Duration::from_mins(30);
    let settings = BreakerSettings { failures: 1, first: pause, longest: pause };
    let breaker = Breaker::new("email", settings, world.source.clone(), Alarms::default());
    let sender: Arc<dyn EmailSender> = world.provider.clone();
    let sender = Arc::new(BehindBreaker::new(sender, breaker));
    let mut refused = 0;
    while world.stored(id).await.status == Status::Queued {
        let before = world.provider.tries().len();
        let tried = world.tick_with(sender.clone()).await;
        refused += tried - (world.provider.tries().len() - before);
        world.elapse(Duration::from_mins(1));
    }
    assert!(refused >= TRIES / 2, "{refused}");
    assert_wiped(&world.stored(id).await, Status::Sent, Some("provider-12"));
    world.finish().await;
}

#[tokio::test]
async fn what_can_never_pass_has_failed_at_once() {
    for kind in [ErrorKind::Rejected, ErrorKind::Invalid, ErrorKind::Unexpected] {
        let world = World::new();
        world.provider.refuse(1, kind);
        let id = world.queue(mail()).await;
        world.work_to_the_end().await;
        assert_eq!(world.provider.tries().len(), 1, "{kind:?}");
        assert_wiped(&world.stored(id).await, Status::Failed, None);
        world.finish().await;
    }
}

#[tokio::test]
async fn a_mail_that_was_sent_or_given_up_is_not_sent_again() {
    for (refusals, status) in [(0, Status::Sent), (1, Status::Failed)] {
        let world = World::new();
        world.provider.refuse(refusals, ErrorKind::Rejected);
        let id = world.queue(mail()).await;
        world.work().await;
        let message = world.stored(id).await;
        let again = Job::now(&world.source, "notify.send", None, json!({ "message": id }));
        world.memory.commit(Commit::new().enqueue(again)).await.unwrap();
        world.work().await;
        assert_eq!((world.provider.tries().len(), message.status), (1, status));
        assert_eq!(world.stored(id).await, message);
        world.finish().await;
    }
}

#[tokio::test]
async fn a_mail_whose_sending_could_not_be_stored_goes_out_again_with_the_same_key() {
    let world = World::new();
    let id = world.queue(mail()).await;
    world.fail_next_commit(CommitError::Unknown);
    world.work_to_the_end().await;
    let keys: Vec<String> = world.provider.tries().into_iter().map(|mail| mail.key).collect();
    assert_eq!(keys, [id.to_string(), id.to_string()]);
    assert_wiped(&world.stored(id).await, Status::Sent, Some("provider-2"));
    world.finish().await;
}

#[tokio::test]
async fn two_mails_have_two_keys() {
    let world = World::new();
    world.queue(mail()).await;
    world.queue(mail()).await;
    world.work().await;
    let tries = world.provider.tries();
    assert_eq!(tries.len(), 2);
    assert_ne!(tries[0].key, tries[1].key);
    world.finish().await;
}

#[tokio::test]
async fn what_no_worker_can_read_is_sent_to_nobody_and_said_to_have_failed() {
    let world = World::new();
    let id = world.queue(mail()).await;
    let stored = world.stored(id).await;
    let unreadable = Message { values: Some(saaskit_kernel::Sealed::from_bytes(vec![7; 40])), ..stored };
    let save = NotifyWrite::Message(MessageWrite::Save(unreadable));
    let unknown: MessageId = world.source.id();
    let lost = Job::now(&world.source, "notify.send", None, json!({ "message": unknown }));
    let nonsense = Job::now(&world.source, "notify.send", None, json!("nonsense"));
    world.memory.commit(Commit::new().write(save).enqueue(lost).enqueue(nonsense)).await.unwrap();
    world.work_to_the_end().await;
    assert!(world.provider.tries().is_empty());
    let state = WorkQueue::state(&*world.memory, world.source.now()).await.unwrap();
    assert_eq!(state, WorkState { buried: 2, ..WorkState::default() });
    assert_wiped(&world.stored(id).await, Status::Failed, None);
}

proptest! {
    #[test]
    fn no_value_makes_a_header_a_tag_or_a_line_of_the_subject(value in "\\PC{0,20}[\r\n\0\u{85}<>\"&]{0,3}\\PC{0,20}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let world = World::new();
            let plain = [("name", "Ana"), ("tenant", "Acme"), ("link", LINK)];
            let nasty = [("name", value.as_str()), ("tenant", value.as_str()), ("link", LINK)];
            world.queue(mail_with(Template::Welcome, None, &plain)).await;
            world.queue(mail_with(Template::Welcome, None, &nasty)).await;
            world.work().await;
            let [plain, nasty] = &world.provider.tries()[..] else { panic!("two mails") };
            assert!(!nasty.subject.chars().any(char::is_control), "{:?}", nasty.subject);
            let tags = |html: &str| html.matches('<').count();
            assert_eq!(tags(&nasty.html), tags(&plain.html), "{}", nasty.html);
            assert_eq!((&nasty.to, &nasty.from), (&plain.to, &plain.from));
            world.finish().await;
        });
    }
}
