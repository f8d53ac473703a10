use std::time::Duration;

use saaskit_auth::port::{Sessions, Users};
use saaskit_auth::write::{AuthWrite, TokenWrite};
use saaskit_auth::{Administer, OneTimeToken, Purpose, User, UserStatus};
use saaskit_kernel::{Call, Commit, Email, Principal, Secret, Store};

use crate::world::{Kind, PASSWORD, World, refused, saving};

const ANA: &str = "ana@example.org";
const DAY: Duration = Duration::from_hours(24);

async fn deleted(world: &World) -> Principal {
    world.user(ANA).await;
    let principal = world.principal(&world.token(ANA).await).await;
    world.auth.delete_account(&world.call(), &principal).await.unwrap();
    world.work().await;
    principal
}

#[tokio::test]
async fn an_owner_deletes_the_account_and_is_signed_out_everywhere() {
    let world = World::new().await;
    world.user(ANA).await;
    let [own, other] = [world.token(ANA).await, world.token(ANA).await];
    let principal = world.principal(&own).await;
    world.auth.delete_account(&world.call(), &principal).await.unwrap();
    for token in [own, other] {
        assert_eq!(refused(world.auth.authenticate(&token).await), "UNAUTHENTICATED");
    }
    assert_eq!(refused(world.log_in(ANA, PASSWORD).await), "ACCOUNT_DELETED");
    assert_eq!(refused(world.log_in(ANA, "Wrong-horse-7").await), "CREDENTIALS_INVALID");
    world.work().await;
    assert!(matches!(world.letters(ANA).last().unwrap().kind, Kind::AccountDeleted));
    assert!(world.memory.events().iter().any(|event| event.name == "auth.user_deleted"));
}

#[tokio::test]
async fn only_who_proved_lately_who_they_are_deletes_the_account() {
    let world = World::new().await;
    world.user(ANA).await;
    let principal = world.principal(&world.token(ANA).await).await;
    world.elapse(Duration::from_secs(301));
    let answer = world.auth.delete_account(&world.call(), &principal).await;
    assert_eq!(refused(answer), "STEP_UP_REQUIRED");
    assert_eq!(world.stored(ANA).await.unwrap().status, UserStatus::Active);
    world.finish().await;
}

#[tokio::test]
async fn after_thirty_days_nothing_is_known_of_the_person_but_the_id() {
    let world = World::new().await;
    let principal = deleted(&world).await;
    world.elapse(30 * DAY - Duration::from_secs(1));
    world.work().await;
    assert!(world.stored(ANA).await.is_some() && world.forgotten().is_empty(), "not a moment earlier");
    world.elapse(Duration::from_secs(1));
    world.work().await;

    let left = world.memory.user(principal.user).await.unwrap().unwrap();
    assert!(left.email.normal().starts_with("erased-") && left.email.normal().ends_with("@erased.invalid"));
    assert!(left.name.is_none() && left.password.is_none() && left.verified_at.is_none());
    assert!(world.memory.session(principal.session).await.unwrap().is_none());
    assert_eq!(world.forgotten(), [Email::parse(ANA).unwrap()]);
    assert_eq!(world.audited().last(), Some(&("auth.erase_account", "success")));
    assert!(world.memory.events().iter().any(|event| event.name == "auth.user_erased"));
    world.register(ANA, PASSWORD).await.unwrap();
    world.work().await;
    assert_ne!(world.stored(ANA).await.unwrap().id, principal.user, "the address is free again");
    world.finish().await;
}

#[tokio::test]
async fn a_restored_account_is_not_erased() {
    let world = World::new().await;
    let principal = deleted(&world).await;
    let operator = operator(&world).await;
    let ask = Administer { user: principal.user, reason: "asked by phone".to_owned() };
    world.auth.restore_user(&world.call(), &operator, &ask).await.unwrap();
    world.elapse(31 * DAY);
    world.work().await;
    world.refresh().await;
    world.log_in(ANA, PASSWORD).await.unwrap();
    world.finish().await;
}

/// Ana's account, which got another address and was then deleted; gives who deleted it and the way back.
async fn moved_and_deleted(world: &World) -> (Principal, Secret) {
    let user = world.user(ANA).await;
    let principal = world.principal(&world.token(ANA).await).await;
    let secret = world.source.token();
    let back = OneTimeToken::mint(secret.hash(), Purpose::UndoEmail, &user, world.source.now());
    let back = OneTimeToken { address: Some(Email::parse("before@example.org").unwrap()), ..back };
    world.memory.commit(Commit::new().write(AuthWrite::Token(TokenWrite::Mint(back)))).await.unwrap();
    world.auth.delete_account(&world.call(), &principal).await.unwrap();
    world.work().await;
    (principal, secret.to_secret())
}

#[tokio::test]
async fn what_an_operator_deletes_no_link_of_its_owner_s_brings_back_and_an_operator_does() {
    let world = World::new().await;
    let (principal, back) = moved_and_deleted(&world).await;
    let operator = operator(&world).await;
    let ask = Administer { user: principal.user, reason: "fraud".to_owned() };
    let barred = world.auth.delete_user(&world.call(), &operator, &ask).await.unwrap();
    assert_eq!((barred.barred_at, barred.erase_at.is_some()), (Some(world.source.now()), true));
    world.elapse(DAY);
    let again = world.auth.delete_user(&world.call(), &operator, &ask).await.unwrap();
    assert_eq!(again, barred, "it is deleted already");
    world.auth.undo_email(&world.call(), &back).await.unwrap();
    let left = world.memory.user(principal.user).await.unwrap().unwrap();
    assert_eq!((left.status, left.barred_at), (UserStatus::Deleted, barred.barred_at));
    let restored = world.auth.restore_user(&world.call(), &operator, &ask).await.unwrap();
    assert_eq!((restored.status, restored.barred_at), (UserStatus::Active, None));
    world.elapse(30 * DAY);
    world.work().await;
    world.finish().await;
}

#[tokio::test]
async fn an_operator_and_an_owner_s_way_back_at_once_leave_the_account_deleted() {
    let world = World::new().await;
    let (principal, back) = moved_and_deleted(&world).await;
    let operator = operator(&world).await;
    let deleted = world.memory.user(principal.user).await.unwrap().unwrap();
    world.recorder.somebody_is_faster(saving(deleted.bar(world.source.now())));
    world.auth.undo_email(&world.call(), &back).await.unwrap();
    let left = world.memory.user(principal.user).await.unwrap().unwrap();
    assert_eq!(left.status, UserStatus::Deleted, "the operator was faster");

    let ask = Administer { user: principal.user, reason: "fraud".to_owned() };
    let restored = world.auth.restore_user(&world.call(), &operator, &ask).await.unwrap();
    let deleted = restored.delete(Some(world.source.now().plus(DAY)));
    world.memory.commit(saving(deleted.clone())).await.unwrap();
    let back = User { version: deleted.version.next(), ..deleted.reinstate() };
    world.recorder.somebody_is_faster(saving(back));
    let barred = world.auth.delete_user(&world.call(), &operator, &ask).await.unwrap();
    assert_eq!(
        (barred.status, barred.barred_at.is_some()),
        (UserStatus::Deleted, true),
        "the owner was faster"
    );
    world.elapse(30 * DAY);
    world.work().await;
    world.finish().await;
}

#[tokio::test]
async fn a_suspended_account_stays_so_whatever_its_owner_s_links_do() {
    let world = World::new().await;
    let user = world.user(ANA).await;
    let operator = operator(&world).await;
    let secret = world.source.token();
    let back = OneTimeToken::mint(secret.hash(), Purpose::UndoEmail, &user, world.source.now());
    let back = OneTimeToken { address: Some(Email::parse("before@example.org").unwrap()), ..back };
    world.memory.commit(Commit::new().write(AuthWrite::Token(TokenWrite::Mint(back)))).await.unwrap();
    let ask = Administer { user: user.id, reason: "fraud".to_owned() };
    world.auth.lock_user(&world.call(), &operator, &ask).await.unwrap();
    world.auth.undo_email(&world.call(), &secret.to_secret()).await.unwrap();
    assert_eq!(world.memory.user(user.id).await.unwrap().unwrap().status, UserStatus::Suspended);
    world.work().await;
    world.finish().await;
}

#[tokio::test]
async fn what_its_owner_asked_to_be_erased_is_erased_though_an_operator_deleted_it_too() {
    let world = World::new().await;
    let principal = deleted(&world).await;
    let operator = operator(&world).await;
    let ask = Administer { user: principal.user, reason: "fraud".to_owned() };
    world.auth.delete_user(&world.call(), &operator, &ask).await.unwrap();
    world.elapse(31 * DAY);
    world.work().await;
    let left = world.memory.user(principal.user).await.unwrap().unwrap();
    assert!(left.email.normal().ends_with("@erased.invalid"));
    world.finish().await;
}

#[tokio::test]
async fn an_erased_account_is_not_restored() {
    let world = World::new().await;
    let principal = deleted(&world).await;
    let operator = operator(&world).await;
    world.elapse(30 * DAY);
    let ask = Administer { user: principal.user, reason: "too late".to_owned() };
    assert_eq!(refused(world.auth.restore_user(&world.call(), &operator, &ask).await), "USER_NOT_FOUND");
    world.work().await;
    assert_eq!(refused(world.auth.restore_user(&world.call(), &operator, &ask).await), "USER_NOT_FOUND");
    world.finish().await;
}

#[tokio::test]
async fn the_last_operator_does_not_go() {
    let world = World::new().await;
    let operator = operator(&world).await;
    let answer = world.auth.delete_account(&world.call(), &operator).await;
    assert_eq!(refused(answer), "LAST_OPERATOR");
    world.finish().await;
}

#[tokio::test]
async fn an_owner_takes_along_everything_but_secrets() {
    let world = World::new().await;
    let user = world.user(ANA).await;
    let principal = world.principal(&world.token(ANA).await).await;
    let all = world.auth.export(&world.call(), &principal).await.unwrap();
    assert_eq!(all["account"]["email"], "ana@example.org");
    assert_eq!(all["sessions"][0]["id"], principal.session.to_string());
    assert_eq!(all["sessions"][0]["ip"], "192.0.2.7");
    assert!(!all.to_string().contains(user.password.unwrap().as_str()));
    assert_eq!(world.audited().last(), Some(&("auth.export", "success")));
    world.finish().await;
}

async fn operator(world: &World) -> Principal {
    let call = Call::of_operator(&world.source);
    world.auth.create_admin(&call, "ops@example.org", &Secret::new(PASSWORD), None).await.unwrap();
    world.principal(&world.token("ops@example.org").await).await
}
