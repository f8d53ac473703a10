use std::time::Duration;

use saaskit_auth::port::AttemptCounters;
use saaskit_auth::write::{AttemptWrite, AuthWrite};
use saaskit_auth::{Administer, AttemptKey, Attempts, DeviceToken, Tries, UserStatus};
use saaskit_kernel::{Commit, CommitError, Email, Fault, Secret, Store};

use crate::world::{Kind, PASSWORD, World, at_once, credentials, refused};

const ANA: &str = "ana@example.org";
const NOBODY: &str = "nobody@example.org";
const WRONG: &str = "Wrong-horse-7";

async fn fail(world: &World, email: &str, times: u32) {
    for _ in 0..times {
        assert_eq!(refused(world.log_in(email, WRONG).await), "CREDENTIALS_INVALID");
    }
}

async fn counted(world: &World, email: &str) -> Option<Attempts> {
    let secret = world.auth.installation().unwrap();
    let key = AttemptKey::of_account(&secret, &Email::parse(email).unwrap());
    world.memory.attempts(&key).await.unwrap()
}

async fn store(world: &World, attempts: Attempts) {
    let save = AuthWrite::Attempt(AttemptWrite::Save(attempts));
    world.memory.commit(Commit::new().write(save)).await.unwrap();
}

fn locks(world: &World, email: &str) -> Vec<Secret> {
    world
        .letters(email)
        .into_iter()
        .filter_map(|letter| match letter.kind {
            Kind::Locked(secret, _) => Some(secret),
            _ => None,
        })
        .collect()
}

#[tokio::test]
async fn five_failures_lock_for_a_quarter_of_an_hour_and_no_password_is_tested_meanwhile() {
    let world = World::new().await;
    world.user(ANA).await;
    fail(&world, ANA, 5).await;
    let end = world.source.now().plus(Duration::from_mins(15));
    assert_eq!(refused(world.log_in(ANA, PASSWORD).await), "CREDENTIALS_INVALID");
    world.elapse(Duration::from_millis(15 * 60_000 - 1));
    assert_eq!(refused(world.log_in(ANA, PASSWORD).await), "CREDENTIALS_INVALID");
    world.elapse(Duration::from_millis(1));
    world.log_in(ANA, PASSWORD).await.unwrap();
    assert_eq!(counted(&world, ANA).await, None, "a good sign-in begins anew");

    world.work().await;
    let [.., letter] = &world.letters(ANA)[..] else { panic!("no letter") };
    assert!(matches!(&letter.kind, Kind::Locked(_, until) if *until == end), "{letter:?}");
    assert_eq!(locks(&world, ANA).len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn each_further_lock_is_twice_as_long_until_a_good_sign_in() {
    let world = World::new().await;
    world.user(ANA).await;
    for minutes in [15, 30, 60] {
        fail(&world, ANA, 5).await;
        let until = counted(&world, ANA).await.unwrap().locked_until;
        assert_eq!(until, Some(world.source.now().plus(Duration::from_mins(minutes))));
        world.elapse(Duration::from_mins(minutes));
    }
    world.log_in(ANA, PASSWORD).await.unwrap();
    fail(&world, ANA, 5).await;
    let until = counted(&world, ANA).await.unwrap().locked_until;
    assert_eq!(until, Some(world.source.now().plus(Duration::from_mins(15))));
    world.work().await;
    world.finish().await;
}

#[tokio::test]
async fn a_known_and_an_unknown_account_are_locked_by_the_same_and_say_the_same() {
    let world = World::new().await;
    world.user("anabel@example.org").await;
    world.trace.take();
    let mut seen = Vec::new();
    for email in ["anabel@example.org", NOBODY] {
        for try_number in 0..7 {
            let password = if try_number == 6 { PASSWORD } else { WRONG };
            let refusal = world.log_in(email, password).await.unwrap_err();
            seen.push((try_number, refusal.code().name(), refusal.to_string(), world.trace.take()));
        }
        if email != NOBODY {
            world.work().await;
            world.trace.take();
        }
    }
    let (known, unknown) = seen.split_at(7);
    // The one difference is the length of the address itself.
    let blind =
        |seen: &[(i32, &str, String, Vec<String>)]| format!("{seen:#?}").replace(char::is_numeric, "#");
    assert_eq!(blind(known), blind(unknown));
    let locking = &known[4].3;
    assert!(locking.last().unwrap().contains("auth.tell_locked"), "{locking:#?}");
    let locked = &known[5].3;
    assert_eq!(
        locked[..],
        [
            "users.user_by_email",
            "attempts.attempts",
            "hasher.verify",
            r#"commit writes=[] jobs=[] events=[] audit=[("auth.log_in", "refused")]"#
        ]
    );
    assert_eq!(known[5].3, known[6].3, "the right password makes no difference");
    world.work().await;
    assert!(world.letters(NOBODY).is_empty());
    world.finish().await;
}

#[tokio::test]
async fn a_browser_the_account_was_signed_in_to_with_is_counted_by_itself() {
    let world = World::new().await;
    world.user(ANA).await;
    world.user("eva@example.org").await;
    let device = world.log_in(ANA, PASSWORD).await.unwrap().device;
    fail(&world, ANA, 5).await;
    assert_eq!(refused(world.log_in(ANA, PASSWORD).await), "CREDENTIALS_INVALID");
    let stranger = world.log_in("eva@example.org", PASSWORD).await.unwrap().device;
    assert_eq!(refused(world.log_in_on(&stranger, ANA, PASSWORD).await), "CREDENTIALS_INVALID");
    let kept = world.log_in_on(&device, ANA, PASSWORD).await.unwrap().device;
    assert_eq!(kept.id(), device.id());

    for _ in 0..5 {
        assert_eq!(refused(world.log_in_on(&device, ANA, WRONG).await), "CREDENTIALS_INVALID");
    }
    assert_eq!(refused(world.log_in_on(&device, ANA, PASSWORD).await), "CREDENTIALS_INVALID");
    world.change(ANA, |user| user.epoch += 1).await;
    let unknown_now = refused(world.log_in_on(&device, ANA, PASSWORD).await);
    assert_eq!(unknown_now, "CREDENTIALS_INVALID", "what it proved before a reset proves nothing after it");
    world.elapse(Duration::from_mins(15));
    let again = world.log_in_on(&device, ANA, PASSWORD).await.unwrap().device;
    world.log_in_on(&again, ANA, PASSWORD).await.expect("in a new epoch its tries begin anew");
    world.work().await;
    world.finish().await;
}

#[tokio::test]
async fn a_forged_device_is_no_way_round_the_counter() {
    let world = World::new().await;
    world.user(ANA).await;
    fail(&world, ANA, 3).await;
    for _ in 0..2 {
        let forged = DeviceToken::parse(&"A".repeat(64)).unwrap();
        assert_eq!(refused(world.log_in_on(&forged, ANA, WRONG).await), "CREDENTIALS_INVALID");
    }
    assert_eq!(refused(world.log_in(ANA, PASSWORD).await), "CREDENTIALS_INVALID");
    world.work().await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_guesses_at_once_test_five_passwords() {
    let world = World::new().await;
    world.user(ANA).await;
    world.trace.take();
    let guesses = (0..200).map(|_| {
        let (auth, call) = (world.auth.clone(), world.call());
        async move { refused(auth.log_in(&call, credentials(ANA, WRONG)).await) }
    });
    let answers = at_once(guesses).await;
    let attempts = counted(&world, ANA).await.unwrap();
    assert!(attempts.tries.times().len() <= 5 && attempts.locked_until.is_some(), "{attempts:?}");
    let wrong = world.audited().iter().filter(|entry| **entry == ("auth.log_in", "refused")).count();
    let tested = answers.iter().filter(|answer| **answer == "CREDENTIALS_INVALID").count();
    assert_eq!(wrong, tested);
    assert!(answers.iter().all(|answer| ["CREDENTIALS_INVALID", "TOO_MANY_TRIES"].contains(answer)));
    world.work().await;
    assert_eq!(locks(&world, ANA).len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn as_many_as_may_be_are_tested_at_once_and_who_comes_then_is_told_to_wait_a_second() {
    let world = World::new().await;
    world.user(ANA).await;
    fail(&world, ANA, 4).await;
    let fourth = counted(&world, ANA).await.unwrap();
    let tries = Tries::at(vec![world.source.now(); 5]);
    store(&world, Attempts { tries, in_row: 5, ..fourth }).await;
    let refusal = world.log_in(ANA, PASSWORD).await.unwrap_err();
    assert_eq!((refusal.code().name(), refusal.retry_after()), ("TOO_MANY_TRIES", Some(1)));
    world.finish().await;
}

#[tokio::test]
async fn a_lock_that_a_good_sign_in_overtook_is_left_away() {
    let world = World::new().await;
    world.user(ANA).await;
    fail(&world, ANA, 4).await;
    let secret = world.auth.installation().unwrap();
    let key = AttemptKey::of_account(&secret, &Email::parse(ANA).unwrap());
    world.recorder.somebody_is_faster(Commit::new());
    world.recorder.somebody_is_faster(Commit::new().write(AuthWrite::Attempt(AttemptWrite::Clear(key))));
    fail(&world, ANA, 1).await;
    assert_eq!(counted(&world, ANA).await, None);
    assert_eq!(world.audited().last(), Some(&("auth.log_in", "refused")));
    world.log_in(ANA, PASSWORD).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn a_try_that_could_not_be_counted_tests_nothing() {
    let world = World::new().await;
    world.user(ANA).await;
    world.trace.take();
    world.recorder.fail_next(CommitError::Unknown);
    assert_eq!(refused(world.log_in(ANA, PASSWORD).await), "OUTCOME_UNKNOWN");
    assert_eq!(world.trace.count("hasher.verify"), 0);
    world.finish().await;
}

#[tokio::test]
async fn a_hundred_failures_in_a_row_disable_the_password_until_it_is_reset() {
    let world = World::new().await;
    world.user(ANA).await;
    fail(&world, ANA, 1).await;
    let one = counted(&world, ANA).await.unwrap();
    store(&world, Attempts { in_row: 99, ..one }).await;
    fail(&world, ANA, 1).await;
    world.elapse(Duration::from_hours(24 * 365));
    assert_eq!(refused(world.log_in(ANA, PASSWORD).await), "CREDENTIALS_INVALID");
    world.work().await;
    let last = world.letters(ANA).pop().unwrap();
    assert!(matches!(last.kind, Kind::PasswordDisabled), "{last:?}");
    world.auth.sweep().await.unwrap();
    assert!(counted(&world, ANA).await.is_some(), "it is never forgotten");
    world.finish().await;
}

#[tokio::test]
async fn the_link_of_the_letter_unlocks_once() {
    let world = World::new().await;
    world.user(ANA).await;
    fail(&world, ANA, 5).await;
    world.work().await;
    let token = locks(&world, ANA).remove(0);
    world.auth.unlock(&world.call(), &token, None).await.unwrap();
    assert_eq!(world.audited().last(), Some(&("auth.unlock", "success")));
    assert_eq!(refused(world.auth.unlock(&world.call(), &token, None).await), "TOKEN_INVALID");
    let unlocked = counted(&world, ANA).await.unwrap();
    assert_eq!((unlocked.locked_until, unlocked.tries, unlocked.in_row), (None, Tries::default(), 5));
    world.log_in(ANA, PASSWORD).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn the_link_unlocks_the_browser_it_is_opened_with_too() {
    let world = World::new().await;
    world.user(ANA).await;
    let device = world.log_in(ANA, PASSWORD).await.unwrap().device;
    for _ in 0..5 {
        world.log_in_on(&device, ANA, WRONG).await.unwrap_err();
    }
    world.work().await;
    let token = locks(&world, ANA).remove(0);
    world.auth.unlock(&world.call(), &token, Some(&device)).await.unwrap();
    world.log_in_on(&device, ANA, PASSWORD).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn a_link_of_an_earlier_lock_does_not_bring_a_disabled_password_back() {
    let world = World::new().await;
    world.user(ANA).await;
    fail(&world, ANA, 5).await;
    world.work().await;
    let token = locks(&world, ANA).remove(0);
    let locked = counted(&world, ANA).await.unwrap();
    store(&world, Attempts { in_row: 100, ..locked }).await;
    world.auth.unlock(&world.call(), &token, None).await.unwrap();
    assert_eq!(refused(world.log_in(ANA, PASSWORD).await), "CREDENTIALS_INVALID");
    world.finish().await;
}

#[tokio::test]
async fn whoever_may_not_sign_in_gets_no_letter() {
    let world = World::new().await;
    world.user(ANA).await;
    world.change(ANA, |user| user.status = UserStatus::Suspended).await;
    fail(&world, ANA, 5).await;
    world.work().await;
    assert!(locks(&world, ANA).is_empty());
    world.finish().await;
}

#[tokio::test]
async fn tries_are_forgotten_after_a_month() {
    let world = World::new().await;
    fail(&world, NOBODY, 4).await;
    world.elapse(Attempts::REMEMBERED);
    world.auth.sweep().await.unwrap();
    assert!(counted(&world, NOBODY).await.is_some());
    world.elapse(Duration::from_millis(1));
    world.auth.sweep().await.unwrap();
    assert_eq!(counted(&world, NOBODY).await, None);
    world.finish().await;
}

/// What was done, how risky it is, and to whom.
type Entry = (&'static str, u8, Option<String>);

/// The last two entries of the audit log with their risks and whose they are, and the events told last.
fn told_of_a_lock(world: &World) -> (Vec<Entry>, Vec<(&'static str, String)>) {
    let entries = world.memory.audit();
    let entries = entries.iter().map(|entry| (entry.action.name, entry.action.risk, entry.resource.clone()));
    let events = world.memory.events();
    let events = events.iter().map(|event| (event.name, event.payload["user"].to_string()));
    let is_of_lock = |name: &str| ["auth.account_locked", "auth.password_disabled"].contains(&name);
    let last = entries.collect::<Vec<_>>().split_off(world.memory.audit().len() - 2);
    (last, events.filter(|(name, _)| is_of_lock(name)).collect())
}

#[tokio::test]
async fn each_lock_is_written_down_and_told_by_itself_of_a_known_account_and_of_an_unknown() {
    let world = World::new().await;
    let ana = world.user(ANA).await.id;
    let mut told = 0;
    for (email, whose) in [(ANA, Some(ana.to_string())), (NOBODY, None)] {
        for (in_row, name, event, risk) in [
            (4, "auth.lock_account", "auth.account_locked", 60),
            (99, "auth.disable_password", "auth.password_disabled", 80),
        ] {
            fail(&world, email, 1).await;
            let counted = counted(&world, email).await.unwrap();
            store(&world, Attempts { tries: Tries::at(vec![counted.tried_at; 4]), in_row, ..counted }).await;
            fail(&world, email, 1).await;
            told += 1;
            let (entries, events) = told_of_a_lock(&world);
            assert_eq!(entries, [("auth.log_in", 10, whose.clone()), (name, risk, whose.clone())]);
            let user = whose.as_ref().map_or("null".to_owned(), |id| format!("{id:?}"));
            assert_eq!((events.len(), events.last()), (told, Some(&(event, user))));
            fail(&world, email, 1).await;
            assert_eq!(told_of_a_lock(&world).1.len(), told, "what is locked is not locked again");
            world.elapse(Duration::from_mins(15));
        }
    }
    world.work().await;
    world.finish().await;
}

#[tokio::test]
async fn an_operator_unlocks_every_browser_of_the_account_and_nobody_else_s() {
    let world = World::new().await;
    let ana = world.user(ANA).await;
    world.user("eva@example.org").await;
    let call = saaskit_kernel::Call::of_operator(&world.source);
    world.auth.create_admin(&call, "ops@example.org", &Secret::new(PASSWORD), None).await.unwrap();
    let ops = world.principal(&world.token("ops@example.org").await).await;
    let device = world.log_in(ANA, PASSWORD).await.unwrap().device;
    fail(&world, ANA, 5).await;
    fail(&world, "eva@example.org", 5).await;
    for _ in 0..5 {
        world.log_in_on(&device, ANA, WRONG).await.unwrap_err();
    }
    let ask = Administer { user: ana.id, reason: "she called".to_owned() };
    world.auth.unlock_user(&world.call(), &ops, &ask).await.unwrap();
    world.log_in(ANA, PASSWORD).await.unwrap();
    world.log_in_on(&device, ANA, PASSWORD).await.unwrap();
    assert_eq!(refused(world.log_in("eva@example.org", PASSWORD).await), "CREDENTIALS_INVALID");
    world.work().await;
    world.finish().await;
}

#[tokio::test]
async fn tries_about_the_quarter_of_an_hour_lock_however_they_lie() {
    let world = World::new().await;
    world.user(ANA).await;
    fail(&world, ANA, 1).await;
    world.elapse(Duration::from_secs(15 * 60 - 1));
    fail(&world, ANA, 3).await;
    world.elapse(Duration::from_secs(1));
    fail(&world, ANA, 2).await;
    assert_eq!(refused(world.log_in(ANA, PASSWORD).await), "CREDENTIALS_INVALID", "five within a second");
    world.work().await;
    assert_eq!(locks(&world, ANA).len(), 1);
    world.finish().await;
}
