use std::sync::Arc;

use saaskit_kernel::{EmailSender, PhoneNumber, SmsMessage, SmsSender, SmsStatus};
use saaskit_notify::port::Outbox;
use saaskit_notify::{CaptureSender, Channel, Status};

use crate::world::{LINK, World, mail};

#[tokio::test]
async fn in_development_mail_is_kept_to_be_looked_at_with_its_link() {
    let world = World::new();
    let capture = Arc::new(CaptureSender::new(world.memory.clone(), world.source.clone()));
    EmailSender::verify(&*capture).await.unwrap();
    let id = world.queue(mail()).await;
    world.tick_with(capture).await;

    let kept = world.memory.newest(10).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].id.clone(), kept[0].channel), (id.to_string(), Channel::Email));
    assert_eq!((kept[0].to.as_str(), kept[0].at), ("ana@example.org", world.source.now()));
    assert_eq!(kept[0].subject.as_deref(), Some("Confirm your e-mail address"));
    assert!(kept[0].text.contains(LINK) && kept[0].html.as_ref().unwrap().contains("href"));
    let message = world.stored(id).await;
    assert_eq!((message.status, message.provider_id), (Status::Sent, Some(format!("outbox:{id}"))));
    world.finish().await;
}

#[tokio::test]
async fn a_mail_that_goes_out_twice_is_kept_once() {
    let world = World::new();
    let capture = Arc::new(CaptureSender::new(world.memory.clone(), world.source.clone()));
    world.queue(mail()).await;
    world.work().await;
    let sent = world.provider.tries().remove(0);
    EmailSender::send(&*capture, &sent).await.unwrap();
    EmailSender::send(&*capture, &sent).await.unwrap();
    assert_eq!(world.memory.newest(10).await.unwrap().len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn in_development_a_text_is_kept_to_be_looked_at() {
    let world = World::new();
    let capture = CaptureSender::new(world.memory.clone(), world.source.clone());
    let sender: &dyn SmsSender = &capture;
    sender.verify().await.unwrap();
    let to = PhoneNumber::parse("+40721234567").unwrap();
    let text = SmsMessage::new("sms_1", to, "Your code is 493817").unwrap();
    let id = sender.send(&text).await.unwrap();
    sender.send(&text).await.unwrap();
    assert_eq!(sender.status(&id).await.unwrap(), SmsStatus::Unknown);

    let kept = world.memory.newest(10).await.unwrap();
    assert_eq!(kept.len(), 1, "once by its key");
    assert_eq!((kept[0].id.as_str(), kept[0].channel), ("sms_1", Channel::Sms));
    assert_eq!((kept[0].to.as_str(), kept[0].text.as_str()), ("+40721234567", "Your code is 493817"));
    assert_eq!((&kept[0].subject, &kept[0].html, kept[0].at), (&None, &None, world.source.now()));
    world.finish().await;
}
