use std::time::Duration;

use saaskit_auth::AuthError;
use saaskit_kernel::{Principal, Secret};

use crate::world::{Kind, PASSWORD, World, refused};

const ANA: &str = "ana@example.org";
const NEW: &str = "ana@example.net";
const THIRD: &str = "ana@example.com";

async fn signed_in(world: &World) -> Principal {
    world.user(ANA).await;
    world.principal(&world.token(ANA).await).await
}

async fn ask(world: &World, principal: &Principal, email: &str) -> Result<(), AuthError> {
    let answer = world.auth.change_email(&world.call(), principal, email).await;
    world.work().await;
    answer
}

async fn confirm(world: &World, token: &Secret) -> Result<(), AuthError> {
    let answer = world.auth.confirm_email(&world.call(), token).await;
    world.work().await;
    answer
}

async fn undo(world: &World, token: &Secret) -> Result<(), AuthError> {
    let answer = world.auth.undo_email(&world.call(), token).await;
    world.work().await;
    answer
}

/// The secret of the last letter there.
fn last(world: &World, email: &str) -> Secret {
    world.secrets(email).pop().expect("a letter with a secret")
}

/// The account moves; gives the secret of the way back, mailed to where it was.
async fn moved(world: &World, principal: &Principal, from: &str, to: &str) -> Secret {
    ask(world, principal, to).await.unwrap();
    confirm(world, &last(world, to)).await.unwrap();
    last(world, from)
}

#[tokio::test]
async fn an_account_moves_once_the_new_address_confirms_and_the_old_one_is_told() {
    let world = World::new().await;
    let principal = signed_in(&world).await;
    ask(&world, &principal, NEW).await.unwrap();
    assert!(world.stored(NEW).await.is_none(), "nothing moves before it is confirmed");
    assert!(matches!(world.letters(NEW)[..], [ref only] if matches!(only.kind, Kind::ConfirmEmail(_))));

    let token = last(&world, NEW);
    confirm(&world, &token).await.unwrap();
    assert!(world.stored(ANA).await.is_none());
    assert!(world.stored(NEW).await.unwrap().verified_at.is_some());
    assert!(matches!(world.letters(ANA).last().unwrap().kind, Kind::EmailChanged(_)));
    assert_eq!(refused(confirm(&world, &token).await), "TOKEN_INVALID");
    world.log_in(NEW, PASSWORD).await.unwrap();
    assert_eq!(refused(world.log_in(ANA, PASSWORD).await), "CREDENTIALS_INVALID");
    assert!(world.memory.events().iter().any(|event| event.name == "auth.email_changed"));
    world.finish().await;
}

#[tokio::test]
async fn only_who_proved_lately_who_they_are_asks_for_another_address() {
    let world = World::new().await;
    let principal = signed_in(&world).await;
    world.elapse(Duration::from_secs(301));
    assert_eq!(refused(ask(&world, &principal, NEW).await), "STEP_UP_REQUIRED");
    assert!(world.letters(NEW).is_empty());
    world.finish().await;
}

#[tokio::test]
async fn a_free_and_a_taken_address_get_the_same_answer_and_the_taken_one_s_owner_is_told() {
    let world = World::new().await;
    world.user("eva@example.org").await;
    let principal = signed_in(&world).await;
    let mut traces = Vec::new();
    for email in ["eva@example.org", "new@example.org"] {
        world.trace.take();
        world.auth.change_email(&world.call(), &principal, email).await.unwrap();
        traces.push(world.trace.take());
    }
    assert_eq!(traces[0], traces[1]);
    world.work().await;
    assert!(matches!(world.letters("eva@example.org").last().unwrap().kind, Kind::AccountExists));
    assert!(matches!(world.letters("new@example.org").last().unwrap().kind, Kind::ConfirmEmail(_)));
    world.finish().await;
}

#[tokio::test]
async fn an_address_that_was_proved_by_somebody_else_meanwhile_is_theirs() {
    let world = World::new().await;
    let principal = signed_in(&world).await;
    ask(&world, &principal, NEW).await.unwrap();
    let token = last(&world, NEW);
    let eva = world.user(NEW).await;
    assert_eq!(refused(confirm(&world, &token).await), "EMAIL_TAKEN");
    assert_eq!(world.stored(NEW).await.unwrap().id, eva.id);
    world.finish().await;
}

#[tokio::test]
async fn who_registers_an_address_and_never_proves_it_keeps_nobody_from_it() {
    let world = World::new().await;
    world.letter(NEW).await;
    let principal = signed_in(&world).await;
    ask(&world, &principal, NEW).await.unwrap();
    confirm(&world, &last(&world, NEW)).await.unwrap();
    assert_eq!(world.stored(NEW).await.unwrap().id, principal.user);
    world.finish().await;
}

#[tokio::test]
async fn the_old_address_takes_the_account_back_and_no_password_of_before_counts() {
    let world = World::new().await;
    let principal = signed_in(&world).await;
    let access = world.token(ANA).await;
    let back = moved(&world, &principal, ANA, NEW).await;
    world.elapse(Duration::from_hours(7 * 24) - Duration::from_secs(1));
    undo(&world, &back).await.unwrap();

    let user = world.stored(ANA).await.unwrap();
    assert!(user.id == principal.user && user.password.is_none());
    assert_eq!(refused(world.log_in(ANA, PASSWORD).await), "CREDENTIALS_INVALID");
    assert!(world.auth.authenticate(&access).await.is_err());
    assert_eq!(refused(undo(&world, &back).await), "TOKEN_INVALID");

    assert!(matches!(world.letters(ANA).last().unwrap().kind, Kind::Reset(_)));
    let reset = last(&world, ANA);
    let password = Secret::new("Another-horse-8");
    world.auth.reset_password(&world.call(), &reset, &password).await.unwrap();
    world.log_in(ANA, "Another-horse-8").await.unwrap();
    world.work().await;
    world.finish().await;
}

#[tokio::test]
async fn the_way_back_ends_after_seven_days() {
    let world = World::new().await;
    let principal = signed_in(&world).await;
    let back = moved(&world, &principal, ANA, NEW).await;
    world.elapse(Duration::from_hours(7 * 24));
    assert_eq!(refused(undo(&world, &back).await), "TOKEN_INVALID");
    world.finish().await;
}

#[tokio::test]
async fn a_thief_who_moves_the_account_twice_and_deletes_it_keeps_its_owner_from_nothing() {
    let world = World::new().await;
    let principal = signed_in(&world).await;
    let first = moved(&world, &principal, ANA, NEW).await;
    world.elapse(Duration::from_secs(1));
    let second = moved(&world, &principal, NEW, THIRD).await;
    world.register(ANA, "Squatter-horse-9").await.unwrap();
    world.work().await;
    world.auth.delete_account(&world.call(), &principal).await.unwrap();
    world.work().await;

    undo(&world, &first).await.unwrap();
    assert_eq!(world.stored(ANA).await.unwrap().id, principal.user);
    assert!(world.stored(ANA).await.unwrap().may_sign_in().is_ok());
    assert_eq!(refused(undo(&world, &second).await), "TOKEN_INVALID", "the thief has no way back");
    assert_eq!(world.stored(ANA).await.unwrap().id, principal.user);
}

#[tokio::test]
async fn a_thief_who_goes_back_one_step_leaves_the_owner_the_way_back() {
    let world = World::new().await;
    let principal = signed_in(&world).await;
    let first = moved(&world, &principal, ANA, NEW).await;
    world.elapse(Duration::from_secs(1));
    let second = moved(&world, &principal, NEW, THIRD).await;
    undo(&world, &second).await.unwrap();
    undo(&world, &first).await.unwrap();
    assert_eq!(world.stored(ANA).await.unwrap().id, principal.user);
    world.finish().await;
}
