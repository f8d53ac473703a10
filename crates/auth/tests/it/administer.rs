use saaskit_auth::{Administer, AuthError, GlobalRole, Place, SystemRole, User, UserStatus};
use saaskit_kernel::{Call, Page, Principal, Secret, UserId};

use crate::world::{Kind, PASSWORD, World, at_once, faults, refused, saving};

const ANA: &str = "ana@example.org";

fn ask(user: UserId) -> Administer {
    Administer { user, reason: "  by ticket 7 ".to_owned() }
}

async fn operator(world: &World, email: &str) -> Principal {
    let call = Call::of_operator(&world.source);
    world.auth.create_admin(&call, email, &Secret::new(PASSWORD), None).await.unwrap();
    world.principal(&world.token(email).await).await
}

#[tokio::test]
async fn a_locked_account_is_signed_out_and_stays_out_until_it_is_unlocked() {
    let world = World::new().await;
    let ops = operator(&world, "ops@example.org").await;
    let user = world.user(ANA).await;
    let access = world.token(ANA).await;
    let locked = world.auth.lock_user(&world.call(), &ops, &ask(user.id)).await.unwrap();
    assert_eq!(Some(locked), world.stored(ANA).await);
    assert_eq!(refused(world.auth.authenticate(&access).await), "UNAUTHENTICATED");
    assert_eq!(refused(world.log_in(ANA, PASSWORD).await), "ACCOUNT_SUSPENDED");

    let entries = world.memory.audit();
    let entry = entries.iter().find(|entry| entry.action.name == "auth.lock_user").unwrap();
    assert_eq!(entry.reason.as_deref(), Some("by ticket 7"));
    assert_eq!(entry.before.as_ref().unwrap()["status"], "active");
    assert_eq!(entry.after.as_ref().unwrap()["status"], "suspended");

    world.auth.unlock_user(&world.call(), &ops, &ask(user.id)).await.unwrap();
    world.log_in(ANA, PASSWORD).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn unlocking_forgets_the_tries_that_locked_the_account() {
    let world = World::new().await;
    let ops = operator(&world, "ops@example.org").await;
    let user = world.user(ANA).await;
    for _ in 0..5 {
        assert_eq!(refused(world.log_in(ANA, "Wrong-horse-7").await), "CREDENTIALS_INVALID");
    }
    assert_eq!(refused(world.log_in(ANA, PASSWORD).await), "CREDENTIALS_INVALID");
    world.auth.unlock_user(&world.call(), &ops, &ask(user.id)).await.unwrap();
    world.log_in(ANA, PASSWORD).await.unwrap();
    world.work().await;
    world.finish().await;
}

#[tokio::test]
async fn a_deleted_account_is_kept_until_somebody_restores_it() {
    let world = World::new().await;
    let ops = operator(&world, "ops@example.org").await;
    let user = world.user(ANA).await;
    world.auth.delete_user(&world.call(), &ops, &ask(user.id)).await.unwrap();
    world.elapse(std::time::Duration::from_hours(24 * 365));
    world.work().await;
    assert_eq!(refused(world.auth.lock_user(&world.call(), &ops, &ask(user.id)).await), "STATUS_CONFLICT");
    world.auth.restore_user(&world.call(), &ops, &ask(user.id)).await.unwrap();
    world.refresh().await;
    world.log_in(ANA, PASSWORD).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn a_reason_is_always_given() {
    let world = World::new().await;
    let ops = operator(&world, "ops@example.org").await;
    let user = world.user(ANA).await;
    for reason in ["", " \n", &"x".repeat(1_001)] {
        let ask = Administer { user: user.id, reason: reason.to_owned() };
        let answers = [
            world.auth.lock_user(&world.call(), &ops, &ask).await,
            world.auth.unlock_user(&world.call(), &ops, &ask).await,
            world.auth.delete_user(&world.call(), &ops, &ask).await,
            world.auth.restore_user(&world.call(), &ops, &ask).await,
        ];
        for answer in answers {
            assert_eq!(faults(answer), [("reason", "REASON_INVALID")]);
        }
        assert_eq!(
            faults(world.auth.start_reset(&world.call(), &ops, &ask).await),
            [("reason", "REASON_INVALID")]
        );
    }
    assert_eq!(world.stored(ANA).await, Some(user));
    world.finish().await;
}

#[tokio::test]
async fn nobody_locks_or_deletes_themselves_and_nobody_less_touches_an_operator() {
    let world = World::new().await;
    let ops = operator(&world, "ops@example.org").await;
    world.user(ANA).await;
    let moderator = world.principal(&world.token(ANA).await).await;
    for answer in [
        world.auth.lock_user(&world.call(), &ops, &ask(ops.user)).await,
        world.auth.delete_user(&world.call(), &ops, &ask(ops.user)).await,
    ] {
        assert_eq!(refused(answer), "OWN_ACCOUNT");
    }
    let answer = world.auth.lock_user(&world.call(), &moderator, &ask(ops.user)).await;
    assert_eq!(refused(answer), "OPERATORS_ONLY");
    world.finish().await;
}

#[tokio::test]
async fn an_account_that_is_not_there_is_not_found() {
    let world = World::new().await;
    let ops = operator(&world, "ops@example.org").await;
    let nobody = world.source.id();
    assert_eq!(refused(world.auth.lock_user(&world.call(), &ops, &ask(nobody)).await), "USER_NOT_FOUND");
    assert_eq!(refused(world.auth.show_user(nobody).await), "USER_NOT_FOUND");
    assert_eq!(refused(world.auth.start_reset(&world.call(), &ops, &ask(nobody)).await), "USER_NOT_FOUND");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_operators_who_lock_each_other_at_once_one_stays() {
    for _ in 0..20 {
        let world = World::new().await;
        let [one, two] =
            [operator(&world, "one@example.org").await, operator(&world, "two@example.org").await];
        let answers = at_once([(one.clone(), two.user), (two, one.user)].map(|(by, user)| {
            let (auth, call) = (world.auth.clone(), world.call());
            async move { auth.lock_user(&call, &by, &ask(user)).await }
        }))
        .await;
        let done = answers.iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(done, 1, "{answers:?}");
        world.finish().await;
    }
}

/// Here the last operator is in nobody's way: what the later one was allowed is not so any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_operators_who_act_on_each_other_at_once_one_is_refused_though_others_are_left() {
    for _ in 0..20 {
        let world = World::new().await;
        operator(&world, "bystander@example.org").await;
        let [one, two] =
            [operator(&world, "one@example.org").await, operator(&world, "two@example.org").await];
        let answers =
            at_once([(one.clone(), two.user, true), (two, one.user, false)].map(|(by, user, locks)| {
                let (auth, call) = (world.auth.clone(), world.call());
                async move {
                    if locks {
                        auth.lock_user(&call, &by, &ask(user)).await
                    } else {
                        auth.delete_user(&call, &by, &ask(user)).await
                    }
                }
            }))
            .await;
        let late: Vec<_> = answers.into_iter().filter(Result::is_err).map(refused).collect();
        assert_eq!(late, ["UNAUTHENTICATED"]);
        world.finish().await;
    }
}

#[tokio::test]
async fn who_was_locked_meanwhile_does_nothing_to_who_has_power() {
    let world = World::new().await;
    let [one, two] = [operator(&world, "one@example.org").await, operator(&world, "two@example.org").await];
    operator(&world, "bystander@example.org").await;
    let (call, role) = (world.call(), SystemRole::Global(GlobalRole::Admin).id().to_string());
    let (ana, here) = (world.user(ANA).await, Place::Installation);
    world.auth.assign_roles(&call, &two, here, ana.id, &[role]).await.unwrap();
    for deed in 0..5 {
        let locked = world.stored("one@example.org").await.unwrap().suspend();
        world.recorder.somebody_is_faster(saving(locked));
        let refusal = match deed {
            0 => refused(world.auth.lock_user(&call, &one, &ask(two.user)).await),
            1 => refused(world.auth.delete_user(&call, &one, &ask(ana.id)).await),
            2 => refused(world.auth.start_reset(&call, &one, &ask(two.user)).await),
            3 => refused(world.auth.start_reset(&call, &one, &ask(ana.id)).await),
            _ => refused(world.auth.assign_roles(&call, &one, here, ana.id, &[]).await),
        };
        assert_eq!(refusal, "UNAUTHENTICATED", "deed {deed}");
        world.change("one@example.org", |user| user.status = UserStatus::Active).await;
    }
    assert_eq!(world.stored(ANA).await.unwrap().status, UserStatus::Active);
    world.finish().await;
}

#[tokio::test]
async fn who_gets_power_meanwhile_is_not_acted_on_by_who_has_less() {
    let world = World::new().await;
    let ops = operator(&world, "ops@example.org").await;
    let [ana, eva] = [world.user(ANA).await, world.user("eva@example.org").await];
    let role = |role| SystemRole::Global(role).id().to_string();
    let give = async |user, role| {
        world.auth.assign_roles(&world.call(), &ops, Place::Installation, user, &[role]).await.unwrap();
    };
    give(ana.id, role(GlobalRole::Moderator)).await;
    let before = world.stored("eva@example.org").await.unwrap();
    give(eva.id, role(GlobalRole::Admin)).await;
    let stale = saving(before.suspend());
    let answer = saaskit_kernel::Store::commit(&*world.memory, stale).await;
    assert!(matches!(answer, Err(saaskit_kernel::CommitError::Stale)), "the account counts as changed");
    let by = Principal::new(ana.id, world.source.id(), world.source.now());
    assert_eq!(refused(world.auth.lock_user(&world.call(), &by, &ask(eva.id)).await), "GRANT_BEYOND_OWN");
    world.finish().await;
}

#[tokio::test]
async fn an_operator_who_was_unlocked_counts_again() {
    let world = World::new().await;
    let [one, two] = [operator(&world, "one@example.org").await, operator(&world, "two@example.org").await];
    world.auth.lock_user(&world.call(), &one, &ask(two.user)).await.unwrap();
    assert_eq!(refused(world.auth.delete_account(&world.call(), &one).await), "LAST_OPERATOR");
    world.auth.unlock_user(&world.call(), &one, &ask(two.user)).await.unwrap();
    world.auth.delete_account(&world.call(), &one).await.unwrap();
}

#[tokio::test]
async fn an_operator_starts_a_reset_and_never_sees_the_link() {
    let world = World::new().await;
    let ops = operator(&world, "ops@example.org").await;
    let user = world.user(ANA).await;
    world.auth.start_reset(&world.call(), &ops, &ask(user.id)).await.unwrap();
    world.work().await;
    assert!(matches!(world.letters(ANA).last().unwrap().kind, Kind::Reset(_)));
    assert!(world.audited().contains(&("auth.start_reset", "success")));
    world.finish().await;
}

#[tokio::test]
async fn accounts_are_found_by_the_beginning_of_address_or_name_and_by_status() {
    let world = World::new().await;
    for email in ["ana@example.org", "anton@example.org", "eva@example.org"] {
        world.user(email).await;
    }
    world.change("eva@example.org", |user| user.status = UserStatus::Suspended).await;
    let find = async |text: Option<&str>, status| {
        let page = Page { after: None, limit: 10 };
        let found: Result<Vec<User>, AuthError> =
            world.auth.find_users(text, status, page).await.map(|found| found.items);
        found.unwrap().iter().map(|user| user.email.normal().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(find(Some(" AN"), None).await, ["ana@example.org", "anton@example.org"]);
    assert_eq!(find(None, Some(UserStatus::Suspended)).await, ["eva@example.org"]);
    assert_eq!(find(Some("%"), None).await, [""; 0]);
    assert_eq!(find(Some(" "), None).await.len(), 3);
    world.finish().await;
}

#[tokio::test]
async fn nobody_acts_on_who_may_do_more_than_they_may() {
    let world = World::new().await;
    let ops = operator(&world, "ops@example.org").await;
    let [ana, eva] = [world.user(ANA).await, world.user("eva@example.org").await];
    for (user, role) in [(ana.id, GlobalRole::Admin), (eva.id, GlobalRole::Moderator)] {
        let role = SystemRole::Global(role).id().to_string();
        world.auth.assign_roles(&world.call(), &ops, Place::Installation, user, &[role]).await.unwrap();
    }
    let [ana, eva] = [ana, eva].map(|user| Principal::new(user.id, world.source.id(), world.source.now()));
    let call = world.call();
    assert_eq!(refused(world.auth.lock_user(&call, &eva, &ask(ana.user)).await), "GRANT_BEYOND_OWN");
    assert_eq!(refused(world.auth.start_reset(&call, &eva, &ask(ana.user)).await), "GRANT_BEYOND_OWN");
    assert_eq!(refused(world.auth.start_reset(&call, &eva, &ask(ops.user)).await), "OPERATORS_ONLY");
    world.auth.lock_user(&call, &ana, &ask(eva.user)).await.unwrap();
}
