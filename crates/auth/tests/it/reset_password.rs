use std::time::Duration;

use proptest::prelude::*;
use saaskit_auth::UserStatus;
use saaskit_kernel::{Commit, Secret};

use crate::world::{
    KNOWN, Kind, PASSWORD, World, at_once, case, credentials, faults, refused, saving, settings, tokens,
};

const ANA: &str = "ana@example.org";
const NEW: &str = "Another-horse-8";

async fn forgot(world: &World, email: &str) {
    world.auth.forgot_password(&world.call(), email).await.unwrap();
    world.work().await;
}

/// The secret of the link that was mailed to whoever forgot the password.
async fn link(world: &World, email: &str) -> Secret {
    forgot(world, email).await;
    world.secrets(email).pop().expect("a letter with a secret")
}

async fn reset(world: &World, token: &Secret, password: &str) -> Result<(), saaskit_auth::AuthError> {
    world.auth.reset_password(&world.call(), token, &Secret::new(password)).await
}

#[tokio::test]
async fn the_mailed_link_sets_a_password_and_signs_nobody_in() {
    let world = World::new().await;
    world.user(ANA).await;
    let token = link(&world, ANA).await;
    world.trace.take();
    reset(&world, &token, NEW).await.unwrap();
    assert!(!format!("{:?}", world.trace.take()).contains("auth.session"));

    assert_eq!(refused(world.log_in(ANA, PASSWORD).await), "CREDENTIALS_INVALID");
    world.log_in(ANA, NEW).await.unwrap();
    world.work().await;
    assert!(matches!(world.letters(ANA).last().unwrap().kind, Kind::PasswordChanged));
    assert!(world.audited().contains(&("auth.reset_password", "success")));
    assert!(world.memory.events().iter().any(|event| event.name == "auth.password_reset"));
    world.finish().await;
}

#[tokio::test]
async fn every_session_of_before_is_over_at_once() {
    let world = World::new().await;
    world.user(ANA).await;
    let access = world.token(ANA).await;
    let cookie = world.cookie(ANA).await;
    let token = link(&world, ANA).await;
    reset(&world, &token, NEW).await.unwrap();
    assert_eq!(refused(world.auth.authenticate(&access).await), "UNAUTHENTICATED");
    assert!(world.auth.authenticate_cookie(cookie.expose()).await.is_err());
    world.work().await;
    world.finish().await;
}

#[tokio::test]
async fn a_sign_in_that_began_before_the_reset_ends_in_a_dead_session() {
    let world = World::new().await;
    let user = world.user(ANA).await;
    let fresh = saaskit_auth::PasswordHash::from_phc("$fake$v=1$0$none".to_owned());
    // The charge of the try is one commit and the session the next: in between somebody resets.
    world.recorder.somebody_is_faster(Commit::new());
    world.recorder.somebody_is_faster(saving(user.renew(Some(fresh))));
    let signed_in = world.auth.log_in(&world.call(), credentials(ANA, PASSWORD)).await.unwrap();
    let access = tokens(signed_in).access.secret;
    let node = world.node(settings());
    node.refresh(&world.call()).await.unwrap();
    assert_eq!(refused(node.authenticate(access.expose()).await), "UNAUTHENTICATED");
    assert_eq!(refused(world.log_in(ANA, PASSWORD).await), "CREDENTIALS_INVALID");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_resets_by_one_link_at_once_one_succeeds() {
    let world = World::new().await;
    world.user(ANA).await;
    let token = link(&world, ANA).await;
    let answers = at_once((0..50).map(|number| {
        let (auth, call, token) = (world.auth.clone(), world.call(), token.clone());
        let password = Secret::new(format!("Another-horse-{number}"));
        async move { auth.reset_password(&call, &token, &password).await }
    }))
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let winner = answers.iter().position(Result::is_ok).unwrap();
    for refusal in answers.into_iter().filter(Result::is_err) {
        assert_eq!(refused(refusal), "TOKEN_INVALID");
    }
    world.log_in(ANA, &format!("Another-horse-{winner}")).await.unwrap();
    world.work().await;
    world.finish().await;
}

#[tokio::test]
async fn a_password_that_is_refused_leaves_the_link_good() {
    let world = World::new().await;
    world.user(ANA).await;
    let token = link(&world, ANA).await;
    for (password, rule) in
        [("Short-1", "PASSWORD_TOO_SHORT"), (KNOWN, "PASSWORD_COMMON"), ("A1-Ana", "PASSWORD_TOO_SHORT")]
    {
        assert_eq!(faults(reset(&world, &token, password).await), [("password", rule)]);
    }
    reset(&world, &token, NEW).await.unwrap();
    world.work().await;
    world.finish().await;
}

#[tokio::test]
async fn a_link_is_good_for_an_hour_and_once_and_only_the_newest_is() {
    let world = World::new().await;
    world.user(ANA).await;
    let [first, second] = [link(&world, ANA).await, link(&world, ANA).await];
    assert_eq!(refused(reset(&world, &first, NEW).await), "TOKEN_INVALID");
    reset(&world, &second, NEW).await.unwrap();
    assert_eq!(refused(reset(&world, &second, NEW).await), "TOKEN_INVALID");

    let late = link(&world, ANA).await;
    world.elapse(Duration::from_hours(1));
    assert_eq!(refused(reset(&world, &late, NEW).await), "TOKEN_INVALID");
    world.work().await;
    world.finish().await;
}

#[tokio::test]
async fn a_link_for_something_else_resets_nothing() {
    let world = World::new().await;
    let verify = world.letter(ANA).await;
    assert_eq!(refused(reset(&world, &verify, NEW).await), "TOKEN_INVALID");
    let token = link(&world, ANA).await;
    assert_eq!(refused(world.verify(&token).await), "TOKEN_INVALID");
    world.finish().await;
}

#[tokio::test]
async fn a_reset_proves_the_address_and_voids_what_a_registration_was_mailed() {
    let world = World::new().await;
    let verify = world.letter(ANA).await;
    let token = link(&world, ANA).await;
    reset(&world, &token, NEW).await.unwrap();
    assert!(world.stored(ANA).await.unwrap().verified_at.is_some());
    assert_eq!(refused(world.verify(&verify).await), "TOKEN_INVALID");
    assert_eq!(refused(world.log_in(ANA, PASSWORD).await), "CREDENTIALS_INVALID");
    world.log_in(ANA, NEW).await.unwrap();
    world.work().await;
    world.finish().await;
}

#[tokio::test]
async fn asking_answers_and_commits_the_same_for_everybody_and_writes_only_to_who_may_reset() {
    let world = World::new().await;
    world.user("one@example.org").await;
    world.letter("two@example.org").await;
    world.user("six@example.org").await;
    world.change("six@example.org", |user| user.status = UserStatus::Suspended).await;
    world.trace.take();

    let mut traces = Vec::new();
    for email in ["one@example.org", "two@example.org", "six@example.org", "not@example.org"] {
        world.auth.forgot_password(&world.call(), email).await.unwrap();
        traces.push(world.trace.take());
    }
    assert!(traces.iter().all(|trace| *trace == traces[0]), "{traces:?}");
    assert_eq!(traces[0].len(), 1, "no account is looked at: {traces:?}");
    world.work().await;
    let letters = |email| world.letters(email).len();
    assert_eq!(
        ["one@example.org", "two@example.org", "six@example.org", "not@example.org"].map(letters),
        [2, 2, 1, 0]
    );
    world.finish().await;
}

#[tokio::test]
async fn a_reset_ends_the_lock_of_an_account() {
    let world = World::new().await;
    world.user(ANA).await;
    for _ in 0..5 {
        assert_eq!(refused(world.log_in(ANA, "Wrong-horse-7").await), "CREDENTIALS_INVALID");
    }
    assert_eq!(refused(world.log_in(ANA, PASSWORD).await), "CREDENTIALS_INVALID", "it is locked");
    let token = link(&world, ANA).await;
    reset(&world, &token, NEW).await.unwrap();
    world.log_in(ANA, NEW).await.unwrap();
    world.work().await;
    world.finish().await;
}

#[tokio::test]
async fn a_link_to_an_address_the_account_has_no_more_is_worthless() {
    let world = World::new().await;
    world.user(ANA).await;
    let token = link(&world, ANA).await;
    let elsewhere = saaskit_kernel::Email::parse("eva@example.org").unwrap();
    world.change(ANA, |user| user.email = elsewhere).await;
    assert_eq!(refused(reset(&world, &token, NEW).await), "TOKEN_INVALID");
    world.finish().await;
}

#[tokio::test]
async fn a_suspended_or_deleted_account_resets_nothing() {
    for status in [UserStatus::Suspended, UserStatus::Deleted] {
        let world = World::new().await;
        world.user(ANA).await;
        let token = link(&world, ANA).await;
        world.change(ANA, |user| user.status = status).await;
        assert_eq!(refused(reset(&world, &token, NEW).await), "TOKEN_INVALID");
        world.finish().await;
    }
}

proptest! {
    #[test]
    fn a_reset_sets_the_password_and_ends_all_sessions(
        password in "[a-z]{3}[A-Z]{2}[0-9]{3}\\PC{0,40}", sessions in 0..4_usize,
    ) {
        case(async {
            let world = World::new().await;
            world.user(ANA).await;
            let mut held = Vec::new();
            for _ in 0..sessions {
                held.push(world.token(ANA).await);
            }
            let token = link(&world, ANA).await;
            assert!(matches!(world.letters(ANA).last().unwrap().kind, Kind::Reset(_)));
            reset(&world, &token, &password).await.unwrap();
            for access in held {
                assert_eq!(refused(world.auth.authenticate(&access).await), "UNAUTHENTICATED");
            }
            world.log_in(ANA, &password).await.unwrap();
            world.work().await;
            world.finish().await;
        });
    }
}
