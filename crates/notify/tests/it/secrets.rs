use saaskit_conformance::fixtures::branding;
use saaskit_kernel::{Commit, ErrorKind, Locale};
use saaskit_notify::write::{NotifyWrite, OutboxWrite};
use saaskit_notify::{Captured, Channel, Template};

use crate::world::{World, mail};

const CANARY: &str = "Canary-Token-4711";

#[tokio::test]
async fn a_secret_link_is_in_nothing_that_is_stored_whatever_becomes_of_the_mail() {
    let world = World::new();
    world.provider.refuse(1, ErrorKind::Rejected);
    world.provider.refuse(1, ErrorKind::Unavailable);
    for _ in 0..3 {
        world.queue(mail()).await;
    }
    let waiting = format!("{:?}", world.memory);
    world.work_to_the_end().await;
    let printed = format!("{waiting}{:?}{:?}{:?}", world.memory, world.notify, world.provider);
    assert!(printed.contains("notify.send") && !printed.contains(CANARY));
    world.finish().await;
}

#[tokio::test]
async fn nothing_that_holds_a_secret_link_prints_it() {
    let world = World::new();
    let captured = Captured {
        id: "one".to_owned(),
        channel: Channel::Email,
        to: "ana@example.org".to_owned(),
        subject: None,
        text: CANARY.to_owned(),
        html: Some(CANARY.to_owned()),
        at: world.source.now(),
    };
    let commit = Commit::new().write(NotifyWrite::Outbox(OutboxWrite::Keep(captured.clone())));
    for printed in [
        format!("{:?}", mail()),
        format!("{:?}", Template::VerifyEmail.render(Locale::En, &branding(), &mail().values)),
        format!("{:?}", world.notify.plan(mail()).await),
        format!("{captured:?}"),
        format!("{commit:?}"),
    ] {
        assert!(!printed.contains(CANARY), "{printed}");
    }
    world.finish().await;
}
