use std::time::Duration;

use saaskit_auth::User;
use saaskit_auth::write::{AuthWrite, UserWrite};
use saaskit_conformance::fixtures;
use saaskit_kernel::{Commit, Principal, Store, TenantId};
use saaskit_notify::port::{Messages, Preferences, Suppressions};
use saaskit_notify::write::{MessageWrite, NotifyWrite, PreferenceWrite, SuppressionWrite};
use saaskit_notify::{Message, MessageId, OptOut, Suppression};
use saaskit_stories::{ExportPart, Mails};
use serde_json::json;

use crate::world::World;

/// Somebody who is signed in, gets mail of a workspace, and wants no news of it.
async fn reader(world: &World, name: &str, tenant: TenantId) -> (Principal, MessageId) {
    let (source, address) = (&world.source, fixtures::email(name));
    let user = User { verified_at: Some(source.now()), ..fixtures::user(source, name) };
    let principal = Principal::new(user.id, source.id(), source.now());
    let mail = Message { to: address.clone(), ..fixtures::message(source, Some(tenant)) };
    let id = mail.id;
    let held_back = Suppression { address: address.clone(), ..fixtures::suppression(source, Some(tenant)) };
    let opt_out = OptOut { address, ..fixtures::opt_out(Some(tenant)) };
    let commit = Commit::new()
        .write(AuthWrite::User(UserWrite::Insert(user)))
        .write(NotifyWrite::from(MessageWrite::Insert(mail)))
        .write(NotifyWrite::from(SuppressionWrite::Add(held_back)))
        .write(NotifyWrite::from(PreferenceWrite::OptOut(opt_out)));
    world.memory.commit(commit).await.unwrap();
    (principal, id)
}

/// Which of that reader's is there: the mail, what holds mail back, what is not wanted.
async fn held(world: &World, name: &str, tenant: TenantId, mail: MessageId) -> [bool; 3] {
    let address = fixtures::email(name);
    [
        world.memory.message(mail).await.unwrap().is_some(),
        world.memory.suppression(&address, Some(tenant)).await.unwrap().is_some(),
        !world.memory.opted_out(&address, Some(tenant)).await.unwrap().is_empty(),
    ]
}

#[tokio::test]
async fn with_an_erased_account_go_the_mails_to_it_and_what_its_owner_did_not_want() {
    let world = World::new();
    world.auth.refresh(&world.call()).await.unwrap();
    let tenant = world.source.id();
    let (ana, anas) = reader(&world, "ana", tenant).await;
    let (_, bobs) = reader(&world, "bob", tenant).await;
    world.auth.delete_account(&world.call(), &ana).await.unwrap();
    world.work().await;
    assert!(world.mails().iter().any(|mail| mail.to.email == fixtures::email("ana")), "she is told");
    assert_eq!(held(&world, "ana", tenant, anas).await, [true; 3]);

    world.clock.advance(User::RESTORABLE + Duration::from_secs(1));
    world.work().await;
    assert_eq!(held(&world, "ana", tenant, anas).await, [false; 3]);
    assert_eq!(held(&world, "bob", tenant, bobs).await, [true; 3]);
    world.finish().await;
}

#[tokio::test]
async fn the_mails_somebody_was_sent_are_taken_along_and_not_what_they_said() {
    let world = World::new();
    let tenant = world.source.id();
    let (ana, anas) = reader(&world, "ana", tenant).await;
    reader(&world, "bob", tenant).await;
    let mails = Mails { auth: world.auth.clone(), messages: world.memory.clone() };
    let taken = mails.export(ana.user).await.unwrap();
    let [mail] = taken.as_array().unwrap().as_slice() else { panic!("{taken}") };
    assert_eq!((&mail["id"], &mail["tenant"]), (&json!(anas), &json!(tenant)));
    assert_eq!(mail["to"], "ana@example.org");
    assert!(mail.get("values").is_none());
}
