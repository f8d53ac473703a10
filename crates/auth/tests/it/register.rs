use proptest::prelude::*;
use saaskit_auth::port::{PasswordHasher, Verdict};
use saaskit_auth::{Password, PasswordPolicy, Register, Settings, UserStatus};
use saaskit_kernel::{Email, Secret};

use crate::world::{KNOWN, Kind, PASSWORD, World, at_once, case, faults, refused, registration, settings};

fn revealing() -> Settings {
    Settings { reveal_existing_email: true, ..settings() }
}

async fn matches(world: &World, email: &str, password: &str) -> bool {
    let hash = world.stored(email).await.unwrap().password.unwrap();
    let password = Password::new(&Secret::new(password)).unwrap();
    matches!(world.hasher.verify(&password, &hash).await.unwrap(), Verdict::Match { .. })
}

#[tokio::test]
async fn a_new_address_gets_an_account_and_one_letter_to_prove_it() {
    let world = World::new().await;
    world.register("Ana@Example.org", PASSWORD).await.unwrap();

    let user = world.stored("ana@example.org").await.unwrap();
    assert_eq!((user.email.original(), user.verified_at), ("Ana@example.org", None));
    assert!(!user.super_admin && user.status == UserStatus::Active);
    assert!(world.letters("ana@example.org").is_empty(), "nothing is sent before the work is done");

    world.work().await;
    assert!(
        matches!(world.letters("ana@example.org")[..], [ref letter] if matches!(letter.kind, Kind::Verify(_)))
    );
    assert_eq!(world.audited(), [("auth.add_signing_key", "success"), ("auth.register", "success")]);
    world.finish().await;
}

#[tokio::test]
async fn a_registration_signs_nobody_in() {
    let world = World::new().await;
    world.register("ana@example.org", PASSWORD).await.unwrap();
    world.work().await;
    assert_eq!(refused(world.log_in("ana@example.org", PASSWORD).await), "EMAIL_UNVERIFIED");
    world.finish().await;
}

#[tokio::test]
async fn a_free_and_a_taken_address_cause_the_same_questions_and_the_same_commit() {
    let world = World::new().await;
    world.user("ana@example.org").await;
    world.trace.take();

    world.register("ana@example.org", "Another-horse-8").await.unwrap();
    let taken = world.trace.take();
    world.register("eva@example.org", "Another-horse-8").await.unwrap();
    let free = world.trace.take();

    assert_eq!(taken, free);
    let commit = taken.last().unwrap();
    assert!(
        commit.starts_with(r#"commit writes=["auth.user"] jobs=[("auth.answer_registration", None, "#)
            && commit.ends_with(r#"audit=[("auth.register", "success")]"#),
        "{commit}"
    );
    world.work().await;
    world.finish().await;
}

#[tokio::test]
async fn the_owner_of_a_taken_address_is_told_and_nothing_changes() {
    let world = World::new().await;
    let owner = world.user("ana@example.org").await;
    world.register("ANA@example.org", "Another-horse-8").await.unwrap();
    world.work().await;

    assert_eq!(world.stored("ana@example.org").await, Some(owner));
    let letters = world.letters("ana@example.org");
    assert!(
        matches!(letters[..], [_, ref second] if matches!(second.kind, Kind::AccountExists)),
        "{letters:?}"
    );
    world.finish().await;
}

#[tokio::test]
async fn whoever_proves_an_address_proves_the_password_that_came_with_the_link() {
    let world = World::new().await;
    let first = world.letter("ana@example.org").await;
    world.register("ana@example.org", "Another-horse-8").await.unwrap();
    world.work().await;
    let second = world.secrets("ana@example.org").pop().unwrap();

    assert_eq!(refused(world.verify(&first).await), "TOKEN_INVALID");
    world.verify(&second).await.unwrap();
    assert_eq!(refused(world.log_in("ana@example.org", PASSWORD).await), "CREDENTIALS_INVALID");
    world.log_in("ana@example.org", "Another-horse-8").await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn an_address_that_was_registered_twice_and_proved_by_another_link_has_no_password() {
    let world = World::new().await;
    world.letter("ana@example.org").await;
    world.register("ana@example.org", "Another-horse-8").await.unwrap();
    world.work().await;
    world.auth.resend_verification(&world.call(), "ana@example.org", None).await.unwrap();
    world.work().await;
    world.verify(&world.secrets("ana@example.org").pop().unwrap()).await.unwrap();
    for password in [PASSWORD, "Another-horse-8"] {
        assert_eq!(refused(world.log_in("ana@example.org", password).await), "CREDENTIALS_INVALID");
    }
    assert_eq!(world.stored("ana@example.org").await.unwrap().password, None);
    world.finish().await;
}

#[tokio::test]
async fn a_proved_a_waiting_and_a_free_address_cause_the_same_in_the_request() {
    let world = World::new().await;
    world.user("one@example.org").await;
    world.letter("two@example.org").await;
    world.trace.take();
    let mut traces = Vec::new();
    for email in ["one@example.org", "two@example.org", "new@example.org"] {
        world.register(email, "Another-horse-8").await.unwrap();
        traces.push(world.trace.take());
    }
    assert!(traces.iter().all(|trace| *trace == traces[0]), "{traces:?}");
    world.work().await;
    world.finish().await;
}

#[tokio::test]
async fn the_name_of_its_owner_or_of_the_product_is_no_password() {
    let world = World::with(Settings { product: "Acme Suite 2000".to_owned(), ..settings() }).await;
    for password in ["Ana-Maria-1980", "acme-Suite-2000"] {
        let ask =
            Register { name: Some("ana maria 1980".to_owned()), ..registration("ana@example.org", password) };
        assert_eq!(faults(world.auth.register(&world.call(), ask).await), [("password", "PASSWORD_IS_NAME")]);
    }
    world.finish().await;
}

#[tokio::test]
async fn where_the_operator_chose_to_reveal_it_a_taken_address_is_refused() {
    let world = World::with(revealing()).await;
    world.user("ana@example.org").await;
    assert_eq!(refused(world.register(" Ana@EXAMPLE.org", PASSWORD).await), "EMAIL_TAKEN");
    world.work().await;
    assert_eq!(world.letters("ana@example.org").len(), 1, "a refusal writes no letter");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_registrations_of_one_address_at_once_make_one_account() {
    for settings in [settings(), revealing()] {
        let reveals = settings.reveal_existing_email;
        let world = World::with(settings).await;
        let answers = at_once((0..2).map(|_| {
            let (auth, call) = (world.auth.clone(), world.call());
            async move { auth.register(&call, registration("ana@example.org", PASSWORD)).await }
        }))
        .await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), if reveals { 1 } else { 2 });
        world.work().await;
        let secrets = world.secrets("ana@example.org");
        assert_eq!(secrets.len(), if reveals { 1 } else { 2 });
        // Letters are written side by side: which of them was stored last, their order does not tell.
        let mut good = 0;
        for secret in &secrets {
            good += u32::from(world.verify(secret).await.is_ok());
        }
        assert_eq!(good, 1, "only the newest is good");
        world.log_in("ana@example.org", PASSWORD).await.unwrap();
        world.finish().await;
    }
}

#[tokio::test]
async fn a_letter_is_written_once_though_its_job_is_delivered_after_the_address_was_proved() {
    let world = World::new().await;
    world.register("ana@example.org", PASSWORD).await.unwrap();
    world.change("ana@example.org", |user| user.verified_at = Some(user.created_at)).await;
    world.work().await;
    assert!(world.letters("ana@example.org").is_empty());
    world.finish().await;
}

#[tokio::test]
async fn all_faults_of_all_fields_are_named_at_once() {
    let world = World::new().await;
    let ask = Register {
        email: "no address".to_owned(),
        password: Secret::new("-"),
        name: Some("two\nlines".to_owned()),
    };
    assert_eq!(
        faults(world.auth.register(&world.call(), ask).await),
        [
            ("email", "EMAIL_INVALID"),
            ("name", "NAME_INVALID"),
            ("password", "PASSWORD_TOO_SHORT"),
            ("password", "PASSWORD_NO_UPPERCASE"),
            ("password", "PASSWORD_NO_LOWERCASE"),
            ("password", "PASSWORD_NO_DIGIT"),
        ]
    );
    world.finish().await;
}

#[tokio::test]
async fn a_refused_registration_hashes_nothing_and_changes_nothing() {
    let world = World::new().await;
    for (email, password) in [("ana", PASSWORD), ("ana@example.org", "short"), ("ana@example.org", KNOWN)] {
        assert_eq!(refused(world.register(email, password).await), "VALIDATION_FAILED");
    }
    let trace = world.trace.take();
    assert!(!trace.iter().any(|line| line.starts_with("hasher") || line.starts_with("commit")), "{trace:?}");
    world.finish().await;
}

#[tokio::test]
async fn a_password_everybody_knows_is_refused_in_any_case() {
    for password_policy in [PasswordPolicy::Classic, PasswordPolicy::Nist] {
        let world = World::with(Settings { password_policy, ..settings() }).await;
        for password in [KNOWN, "tRUSTNO1-tRUSTNO1"] {
            let answer = world.register("ana@example.org", password).await;
            assert_eq!(faults(answer), [("password", "PASSWORD_COMMON")]);
        }
        world.finish().await;
    }
}

#[tokio::test]
async fn the_address_and_its_local_part_are_no_passwords() {
    let world = World::with(Settings { password_policy: PasswordPolicy::Nist, ..settings() }).await;
    for password in ["Maximilian.Huber@example.org", "maximilian.huber"] {
        let answer = world.register("maximilian.huber@example.org", password).await;
        assert_eq!(faults(answer), [("password", "PASSWORD_IS_EMAIL")]);
    }
    world.register("maximilian.huber@example.org", "maximilian.huber and more").await.unwrap();
    world.work().await;
    world.finish().await;
}

#[tokio::test]
async fn spellings_of_one_password_are_one_password() {
    let world = World::new().await;
    let composed = "Caf\u{e9}-Caf\u{e9}-7";
    let decomposed = "Cafe\u{301}-Cafe\u{301}-7";
    world.register("ana@example.org", decomposed).await.unwrap();
    assert!(matches(&world, "ana@example.org", composed).await);
    world.work().await;
    world.verify(&world.secrets("ana@example.org")[0]).await.unwrap();
    world.log_in("ana@example.org", composed).await.unwrap();
    world.log_in("ana@example.org", decomposed).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn every_character_of_a_long_password_matters() {
    let world = World::new().await;
    let long = format!("A1 {}\u{1f980}", "b".repeat(252));
    assert_eq!(long.chars().count(), 256);
    world.register("ana@example.org", &long).await.unwrap();
    world.work().await;
    world.verify(&world.secrets("ana@example.org")[0]).await.unwrap();

    world.log_in("ana@example.org", &long).await.unwrap();
    for shorter in [255, 129, 128, 72] {
        let shorter: String = long.chars().take(shorter).collect();
        assert_eq!(refused(world.log_in("ana@example.org", &shorter).await), "CREDENTIALS_INVALID");
    }
    let longer = format!("{long}b");
    assert_eq!(faults(world.register("eva@example.org", &longer).await), [("password", "PASSWORD_TOO_LONG")]);
    world.finish().await;
}

#[tokio::test]
async fn when_the_hasher_has_no_room_the_caller_is_told_when_to_come_again() {
    use saaskit_kernel::Fault;

    let world = World::new().await;
    world.hasher.be_busy();
    let refusal = world.register("ana@example.org", PASSWORD).await.unwrap_err();
    assert_eq!((refusal.code().name(), refusal.retry_after()), ("BUSY", Some(3)));
    assert_eq!(world.stored("ana@example.org").await, None);
    world.finish().await;
}

fn address() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9]{0,12}@[a-z]{2,8}\\.(org|example)"
}

fn good_password() -> impl Strategy<Value = String> {
    "[a-zß-ö]{3}[A-ZÀ-Ö]{2}[0-9]{3}\\PC{0,40}"
}

proptest! {
    #[test]
    fn a_registration_makes_a_hashed_account(email in address(), password in good_password()) {
        case(async {
            let world = World::new().await;
            world.register(&email, &password).await.unwrap();
            let user = world.stored(&email).await.unwrap();
            assert!(!user.password.unwrap().as_str().contains(&password) && user.verified_at.is_none());
            assert!(matches(&world, &email, &password).await);
            world.work().await;
            world.finish().await;
        });
    }

    #[test]
    fn no_spelling_of_a_taken_address_makes_a_second_account(
        email in address(), upper in any::<u64>(), reveal: bool,
    ) {
        case(async {
            let world = World::with(Settings { reveal_existing_email: reveal, ..settings() }).await;
            let first = world.user(&email).await;
            let spelling: String = email.chars().enumerate()
                .map(|(at, c)| if upper >> at & 1 == 1 { c.to_ascii_uppercase() } else { c })
                .collect();
            let answer = world.register(&format!(" {spelling} "), "Another-horse-8").await;
            if reveal {
                assert_eq!(refused(answer), "EMAIL_TAKEN");
            } else {
                answer.unwrap();
            }
            assert_eq!(world.stored(&spelling).await, Some(first));
            world.work().await;
            world.finish().await;
        });
    }

    #[test]
    fn a_password_is_as_long_as_it_must_be_and_no_longer_than_it_may(
        length in prop_oneof![0..20_usize, 250..300_usize], nist: bool,
    ) {
        case(async {
            let password_policy = if nist { PasswordPolicy::Nist } else { PasswordPolicy::Classic };
            let world = World::with(Settings { password_policy, ..settings() }).await;
            let password: String = "Aé1".chars().cycle().take(length).collect();
            let shortest = if nist { 15 } else { 8 };
            let answer = world.register("ana@example.org", &password).await;
            if (shortest..=256).contains(&length) {
                answer.unwrap();
            } else {
                let expected = if length < shortest { "PASSWORD_TOO_SHORT" } else { "PASSWORD_TOO_LONG" };
                assert!(faults(answer).contains(&("password", expected)));
            }
            world.work().await;
            world.finish().await;
        });
    }

    #[test]
    fn a_password_of_the_classic_policy_has_every_class_of_character(
        lower in "[a-zà-ö]{0,9}", upper in "[A-ZÀ-Ö]{0,9}", digits in "[0-9]{0,9}", rest in "[ _🦀-]{8,20}",
    ) {
        case(async {
            let world = World::new().await;
            let answer = world.register("ana@example.org", &format!("{rest}{lower}{upper}{digits}")).await;
            let expected: Vec<_> = [
                (upper.is_empty(), "PASSWORD_NO_UPPERCASE"),
                (lower.is_empty(), "PASSWORD_NO_LOWERCASE"),
                (digits.is_empty(), "PASSWORD_NO_DIGIT"),
            ]
            .into_iter()
            .filter_map(|(missing, rule)| missing.then_some(("password", rule)))
            .collect();
            if expected.is_empty() {
                answer.unwrap();
            } else {
                assert_eq!(faults(answer), expected);
            }
            world.work().await;
            world.finish().await;
        });
    }

    #[test]
    fn an_address_that_is_none_makes_no_account(text in "\\PC{0,40}") {
        prop_assume!(Email::parse(&text).is_err());
        case(async {
            let world = World::new().await;
            assert_eq!(faults(world.register(&text, PASSWORD).await), [("email", "EMAIL_INVALID")]);
            world.finish().await;
        });
    }
}
