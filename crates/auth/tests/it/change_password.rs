use saaskit_auth::{AuthError, ChangePassword, GoesOn};
use saaskit_kernel::{Principal, Secret};

use crate::world::{Kind, PASSWORD, World, at_once, faults, fresh_token, refused};

const ANA: &str = "ana@example.org";
const NEW: &str = "Another-horse-8";

fn ask(current: &str, password: &str) -> ChangePassword {
    ChangePassword { current: Secret::new(current), password: Secret::new(password) }
}

async fn change(world: &World, principal: &Principal, ask: &ChangePassword) -> Result<GoesOn, AuthError> {
    world.auth.change_password(&world.call(), principal, ask, None).await
}

#[tokio::test]
async fn who_knows_the_password_changes_it_and_stays_signed_in_alone() {
    let world = World::new().await;
    world.user(ANA).await;
    let [own, other] = [world.token(ANA).await, world.token(ANA).await];
    let principal = world.principal(&own).await;
    let fresh = change(&world, &principal, &ask(PASSWORD, NEW)).await.unwrap();

    for old in [&own, &other] {
        assert_eq!(refused(world.auth.authenticate(old).await), "UNAUTHENTICATED");
    }
    let again = world.principal(&fresh_token(fresh)).await;
    assert_eq!(again.session, principal.session);
    world.log_in(ANA, NEW).await.unwrap();
    assert_eq!(refused(world.log_in(ANA, PASSWORD).await), "CREDENTIALS_INVALID");
    world.work().await;
    assert!(matches!(world.letters(ANA).last().unwrap().kind, Kind::PasswordChanged));
    assert!(world.memory.events().iter().any(|event| event.name == "auth.password_changed"));
    world.finish().await;
}

#[tokio::test]
async fn a_wrong_current_password_is_counted_as_a_try_to_sign_in() {
    let world = World::new().await;
    world.user(ANA).await;
    let principal = world.principal(&world.token(ANA).await).await;
    for _ in 0..5 {
        let answer = change(&world, &principal, &ask("Wrong-horse-7", NEW)).await;
        assert_eq!(refused(answer), "CREDENTIALS_INVALID");
    }
    let locked = change(&world, &principal, &ask(PASSWORD, NEW)).await;
    assert_eq!(refused(locked), "CREDENTIALS_INVALID", "the sixth is not even tested");
    assert!(world.audited().contains(&("auth.change_password", "refused")));
    world.work().await;
    world.finish().await;
}

#[tokio::test]
async fn the_new_password_obeys_the_policy_and_is_another_one() {
    let world = World::new().await;
    world.user(ANA).await;
    let principal = world.principal(&world.token(ANA).await).await;
    let weak = change(&world, &principal, &ask(PASSWORD, "Short-1")).await;
    assert_eq!(faults(weak), [("password", "PASSWORD_TOO_SHORT")]);
    let same = change(&world, &principal, &ask(PASSWORD, PASSWORD)).await;
    assert_eq!(faults(same), [("password", "PASSWORD_UNCHANGED")]);
    world.log_in(ANA, PASSWORD).await.unwrap();
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_changes_at_once_by_one_password_one_counts() {
    let world = World::new().await;
    world.user(ANA).await;
    let principal = world.principal(&world.token(ANA).await).await;
    let answers = at_once((0..4).map(|number| {
        let (auth, call, principal) = (world.auth.clone(), world.call(), principal.clone());
        let ask = ask(PASSWORD, &format!("Another-horse-{number}"));
        async move { auth.change_password(&call, &principal, &ask, None).await }
    }))
    .await;
    let winners: Vec<usize> = (0..4).filter(|number| answers[*number].is_ok()).collect();
    assert_eq!(winners.len(), 1, "{answers:?}");
    world.log_in(ANA, &format!("Another-horse-{}", winners[0])).await.unwrap();
}
