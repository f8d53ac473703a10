use saaskit_auth::UserStatus;
use saaskit_kernel::{Actor, Call, Secret};

use crate::world::{PASSWORD, World, at_once, faults, refused};

const ANA: &str = "ana@example.org";
const OPS: &str = "ops@example.org";

/// An installation with one operator, and a call from its machine.
async fn operated() -> (World, Call) {
    let world = World::new().await;
    let call = Call::of_operator(&world.source);
    world.auth.create_admin(&call, OPS, &Secret::new(PASSWORD), None).await.unwrap();
    (world, call)
}

#[tokio::test]
async fn a_promoted_account_operates_is_signed_out_and_that_is_written_down_once() {
    let (world, call) = operated().await;
    let user = world.user(ANA).await;
    let token = world.token(ANA).await;
    for _ in 0..2 {
        assert_eq!(world.auth.promote_admin(&call, " ANA@example.org").await.unwrap(), user.id);
    }
    let promoted = world.stored(ANA).await.unwrap();
    assert!(promoted.operates() && promoted.epoch == user.epoch + 1);
    assert_eq!(refused(world.auth.authenticate(&token).await), "UNAUTHENTICATED");
    let entries = world.memory.audit();
    let mut entries = entries.iter().filter(|entry| entry.action.name == "auth.promote_admin");
    let entry = entries.next().unwrap();
    assert_eq!((entry.actor, entries.next()), (Actor::Operator, None));
    assert_eq!(entry.resource, Some(user.id.to_string()));
    assert_eq!(entry.before.as_ref().unwrap()["super_admin"], false);
    assert_eq!(entry.after.as_ref().unwrap()["super_admin"], true);
    world.finish().await;
}

#[tokio::test]
async fn a_demoted_account_operates_no_more_is_signed_out_and_goes_on_as_a_user() {
    let (world, call) = operated().await;
    world.user(ANA).await;
    world.auth.promote_admin(&call, ANA).await.unwrap();
    let token = world.token(ANA).await;
    world.auth.demote_admin(&call, ANA).await.unwrap();
    assert_eq!(refused(world.auth.authenticate(&token).await), "UNAUTHENTICATED");
    assert_eq!(world.audited().last(), Some(&("auth.demote_admin", "success")));
    assert!(!world.stored(ANA).await.unwrap().super_admin);
    world.log_in(ANA, PASSWORD).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn the_last_operator_in_use_is_not_demoted() {
    let (world, call) = operated().await;
    assert_eq!(refused(world.auth.demote_admin(&call, OPS).await), "LAST_OPERATOR");
    let suspended = "sue@example.org";
    world.user(suspended).await;
    world.auth.promote_admin(&call, suspended).await.unwrap();
    let by = world.principal(&world.token(OPS).await).await;
    let ask = saaskit_auth::Administer {
        user: world.stored(suspended).await.unwrap().id,
        reason: "she left".to_owned(),
    };
    world.auth.lock_user(&world.call(), &by, &ask).await.unwrap();
    assert_eq!(refused(world.auth.demote_admin(&call, OPS).await), "LAST_OPERATOR");
    assert!(world.stored(OPS).await.unwrap().operates());

    world.auth.demote_admin(&call, suspended).await.unwrap();
    world.user(ANA).await;
    world.auth.promote_admin(&call, ANA).await.unwrap();
    world.auth.demote_admin(&call, OPS).await.unwrap();
    assert_eq!(refused(world.auth.demote_admin(&call, ANA).await), "LAST_OPERATOR");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_all_operators_demoted_at_once_one_stays() {
    let (world, call) = operated().await;
    let mut everybody = vec![OPS.to_owned()];
    for number in 0..7 {
        let email = format!("ops{number}@example.org");
        world.auth.create_admin(&call, &email, &Secret::new(PASSWORD), None).await.unwrap();
        everybody.push(email);
    }
    let demoting = everybody.clone().into_iter().map(|email| {
        let (auth, call) = (world.auth.clone(), call.clone());
        async move { auth.demote_admin(&call, &email).await }
    });
    let answers = at_once(demoting).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 7);
    let mut left = 0;
    for email in &everybody {
        left += usize::from(world.stored(email).await.unwrap().operates());
    }
    assert_eq!(left, 1);
    world.finish().await;
}

#[tokio::test]
async fn only_an_account_in_use_with_a_proved_address_is_promoted() {
    let (world, call) = operated().await;
    assert_eq!(refused(world.auth.promote_admin(&call, ANA).await), "USER_NOT_FOUND");
    assert_eq!(refused(world.auth.demote_admin(&call, ANA).await), "USER_NOT_FOUND");
    assert_eq!(faults(world.auth.promote_admin(&call, "ana").await), [("email", "EMAIL_INVALID")]);
    world.letter(ANA).await;
    assert_eq!(refused(world.auth.promote_admin(&call, ANA).await), "STATUS_CONFLICT");
    for status in [UserStatus::Suspended, UserStatus::Deleted] {
        world
            .change(ANA, |user| {
                user.verified_at = Some(user.created_at);
                user.status = status;
            })
            .await;
        assert_eq!(refused(world.auth.promote_admin(&call, ANA).await), "STATUS_CONFLICT");
    }
    assert!(!world.stored(ANA).await.unwrap().super_admin);
    world.finish().await;
}

#[tokio::test]
async fn who_registered_the_address_before_and_never_proved_it_is_taken_over_by_an_operator_made_there() {
    let (world, call) = operated().await;
    let squatted = world.letter(ANA).await;
    let before = world.stored(ANA).await.unwrap();
    let made = world.auth.create_admin(&call, ANA, &Secret::new("Another-horse-8"), None).await.unwrap();
    assert_eq!(made, before.id);
    assert_eq!(refused(world.verify(&squatted).await), "TOKEN_INVALID");
    assert_eq!(refused(world.log_in(ANA, PASSWORD).await), "CREDENTIALS_INVALID");
    world.log_in(ANA, "Another-horse-8").await.unwrap();
    world.auth.demote_admin(&call, OPS).await.expect("the new one counts as an operator");
    world.finish().await;
}
