use std::time::Duration;

use proptest::prelude::*;
use saaskit_auth::port::Tokens;
use saaskit_auth::write::{AuthWrite, TokenWrite};
use saaskit_auth::{RegistrationProof, UserStatus, Verified};
use saaskit_kernel::{Commit, CommitError, Fault, Name, Secret, Token};

use crate::world::{PASSWORD, World, at_once, case, refused, saving};

const STRANGERS: &str = "Strange-horse-9";
const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn the_mailed_secret_proves_the_address() {
    let world = World::new().await;
    let secret = world.letter("ana@example.org").await;
    world.verify(&secret).await.unwrap();

    let user = world.stored("ana@example.org").await.unwrap();
    assert_eq!(user.verified_at, Some(world.source.now()));
    let events = world.memory.events();
    assert_eq!(events.len(), 1);
    assert_eq!(
        (events[0].name, &events[0].payload),
        ("auth.email_verified", &serde_json::json!({ "user": user.id }))
    );
    assert_eq!(world.audited().last(), Some(&("auth.verify_email", "success")));
    world.finish().await;
}

#[tokio::test]
async fn a_secret_is_good_once() {
    let world = World::new().await;
    let secret = world.letter("ana@example.org").await;
    world.verify(&secret).await.unwrap();
    assert_eq!(refused(world.verify(&secret).await), "TOKEN_INVALID");
    assert_eq!(world.memory.events().len(), 1);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_who_redeem_one_secret_at_once_one_succeeds() {
    let world = World::new().await;
    let secret = world.letter("ana@example.org").await;
    let answers = at_once((0..20).map(|_| {
        let (auth, call, secret) = (world.auth.clone(), world.call(), secret.clone());
        async move { auth.verify_email(&call, &secret, None).await }
    }))
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let refusals = answers.into_iter().filter_map(Result::err);
    assert!(refusals.map(|refusal| refusal.code().name()).all(|code| code == "TOKEN_INVALID"));
    assert_eq!(world.memory.events().len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn a_secret_is_over_after_24_hours_and_not_a_moment_earlier() {
    let world = World::new().await;
    let [ana, eva] = [world.letter("ana@example.org").await, world.letter("eva@example.org").await];
    world.elapse(DAY - Duration::from_millis(1));
    world.verify(&ana).await.unwrap();
    world.elapse(Duration::from_millis(1));
    assert_eq!(refused(world.verify(&eva).await), "TOKEN_INVALID");
    assert_eq!(world.stored("eva@example.org").await.unwrap().verified_at, None);
    world.finish().await;
}

#[tokio::test]
async fn what_is_no_secret_unknown_or_almost_right_is_refused_alike() {
    let world = World::new().await;
    let secret = world.letter("ana@example.org").await;
    let stored_hash = Token::parse(secret.expose()).unwrap().hash();
    let hash_as_secret = Token::from_bytes(*stored_hash.as_bytes()).to_secret();
    for text in [
        "",
        "nonsense",
        hash_as_secret.expose(),
        &format!("{} ", secret.expose()),
        &secret.expose()[1..],
        world.source.token().to_secret().expose(),
    ] {
        assert_eq!(refused(world.verify(&Secret::new(text)).await), "TOKEN_INVALID", "{text:?}");
    }
    world.verify(&secret).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn only_the_hash_of_a_secret_is_stored() {
    let world = World::new().await;
    let secret = Token::parse(world.letter("ana@example.org").await.expose()).unwrap();
    let (stored, user) = world.memory.token(&secret.hash()).await.unwrap().unwrap();
    assert_eq!(user.email.normal(), "ana@example.org");
    assert_ne!(Token::from_bytes(*stored.hash.as_bytes()).to_secret().expose(), secret.to_secret().expose());
    world.finish().await;
}

#[tokio::test]
async fn a_new_epoch_of_its_user_ends_a_secret() {
    let world = World::new().await;
    let secret = world.letter("ana@example.org").await;
    world.change("ana@example.org", |user| user.epoch += 1).await;
    assert_eq!(refused(world.verify(&secret).await), "TOKEN_INVALID");
    world.finish().await;
}

#[tokio::test]
async fn a_suspended_or_deleted_account_proves_nothing() {
    for status in [UserStatus::Suspended, UserStatus::Deleted] {
        let world = World::new().await;
        let secret = world.letter("ana@example.org").await;
        world.change("ana@example.org", |user| user.status = status).await;
        assert_eq!(refused(world.verify(&secret).await), "TOKEN_INVALID");
        assert_eq!(world.stored("ana@example.org").await.unwrap().verified_at, None);
        world.finish().await;
    }
}

#[tokio::test]
async fn who_was_slower_starts_again_and_keeps_what_the_faster_one_changed() {
    let world = World::new().await;
    let secret = world.letter("ana@example.org").await;
    let mut renamed = world.stored("ana@example.org").await.unwrap();
    renamed.name = Some(Name::parse("Ana").unwrap());
    world.recorder.somebody_is_faster(saving(renamed));

    world.verify(&secret).await.unwrap();
    let user = world.stored("ana@example.org").await.unwrap();
    assert!(user.verified_at.is_some());
    assert_eq!(user.name.unwrap().as_str(), "Ana");
    world.finish().await;
}

#[tokio::test]
async fn who_is_slower_again_and_again_is_told_so_and_may_try_again() {
    let world = World::new().await;
    let secret = world.letter("ana@example.org").await;
    for _ in 0..8 {
        world.recorder.fail_next(CommitError::Stale);
    }
    assert_eq!(refused(world.verify(&secret).await), "CONFLICT");
    world.verify(&secret).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn a_suspension_between_look_and_commit_is_seen() {
    let world = World::new().await;
    let secret = world.letter("ana@example.org").await;
    let mut suspended = world.stored("ana@example.org").await.unwrap();
    suspended.status = UserStatus::Suspended;
    world.recorder.somebody_is_faster(saving(suspended));
    assert_eq!(refused(world.verify(&secret).await), "TOKEN_INVALID");
    assert_eq!(world.stored("ana@example.org").await.unwrap().verified_at, None);
    world.finish().await;
}

#[tokio::test]
async fn a_secret_for_another_user_does_not_prove_this_ones_address() {
    let world = World::new().await;
    let eva = world.letter("eva@example.org").await;
    world.letter("ana@example.org").await;
    world.verify(&eva).await.unwrap();
    assert_eq!(world.stored("ana@example.org").await.unwrap().verified_at, None);
    world.finish().await;
}

#[tokio::test]
async fn a_token_that_was_redeemed_elsewhere_between_look_and_commit_is_refused() {
    let world = World::new().await;
    let secret = world.letter("ana@example.org").await;
    let token = Token::parse(secret.expose()).unwrap().hash();
    let redeem = AuthWrite::Token(TokenWrite::Redeem { token, at: world.source.now() });
    world.recorder.somebody_is_faster(Commit::new().write(redeem));
    assert_eq!(refused(world.verify(&secret).await), "TOKEN_INVALID");
    assert_eq!(world.stored("ana@example.org").await.unwrap().verified_at, None);
    world.finish().await;
}

#[tokio::test]
async fn resending_voids_the_earlier_secret() {
    let world = World::new().await;
    let first = world.letter("ana@example.org").await;
    world.auth.resend_verification(&world.call(), "ANA@example.org", None).await.unwrap();
    world.work().await;
    let second = world.secrets("ana@example.org").pop().unwrap();
    assert_eq!(refused(world.verify(&first).await), "TOKEN_INVALID");
    world.verify(&second).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn resending_answers_and_commits_the_same_for_everybody_and_writes_only_to_who_waits() {
    let world = World::new().await;
    world.user("one@example.org").await;
    world.letter("two@example.org").await;
    world.letter("six@example.org").await;
    world.change("six@example.org", |user| user.status = UserStatus::Suspended).await;
    world.trace.take();

    let mut traces = Vec::new();
    for email in ["one@example.org", "two@example.org", "six@example.org", "not@example.org"] {
        world.auth.resend_verification(&world.call(), email, None).await.unwrap();
        traces.push(world.trace.take());
    }
    assert!(traces.iter().all(|trace| *trace == traces[0]), "{traces:?}");
    assert_eq!(traces[0].len(), 1, "no account is looked at: {traces:?}");

    world.work().await;
    let letters = |email| world.letters(email).len();
    assert_eq!(
        ["one@example.org", "two@example.org", "six@example.org", "not@example.org"].map(letters),
        [1, 2, 1, 0]
    );
    world.finish().await;
}

async fn open(world: &World, link: &Secret, proof: Option<&RegistrationProof>) -> Option<Secret> {
    match world.auth.verify_email(&world.call(), link, proof).await.unwrap() {
        Verified::WithPassword => None,
        Verified::WithoutPassword { token } => Some(token),
    }
}

#[tokio::test]
async fn who_opens_the_link_of_a_strangers_registration_has_a_password_of_their_own() {
    let world = World::new().await;
    let own = world.register("own@example.org", PASSWORD).await.unwrap();
    for proof in [None, Some(&own)] {
        let email = if proof.is_some() { "ana@example.org" } else { "eva@example.org" };
        world.register(email, STRANGERS).await.unwrap();
        world.work().await;
        let link = world.secrets(email).pop().unwrap();
        let token = open(&world, &link, proof).await.expect("a token to set a password with");
        let user = world.stored(email).await.unwrap();
        assert!(user.verified_at.is_some() && user.password.is_none());
        assert_eq!(refused(world.log_in(email, STRANGERS).await), "CREDENTIALS_INVALID");

        let set = async || world.auth.reset_password(&world.call(), &token, &Secret::new(PASSWORD)).await;
        set().await.unwrap();
        assert_eq!(refused(set().await), "TOKEN_INVALID");
        world.log_in(email, PASSWORD).await.unwrap();
        assert_eq!(refused(world.log_in(email, STRANGERS).await), "CREDENTIALS_INVALID");
        world.work().await;
    }
    world.finish().await;
}

#[tokio::test]
async fn what_was_mailed_before_a_strangers_password_was_wiped_is_over() {
    let world = World::new().await;
    let link = world.letter("ana@example.org").await;
    world.auth.forgot_password(&world.call(), "ana@example.org").await.unwrap();
    world.work().await;
    let earlier = world.secrets("ana@example.org").pop().unwrap();
    let token = open(&world, &link, None).await.unwrap();
    let reset = async |token| world.auth.reset_password(&world.call(), token, &Secret::new(STRANGERS)).await;
    assert_eq!(refused(reset(&earlier).await), "TOKEN_INVALID");
    reset(&token).await.unwrap();
    world.work().await;
    world.finish().await;
}

#[tokio::test]
async fn a_new_link_carries_the_password_for_the_browser_that_chose_it_and_for_no_other() {
    let world = World::new().await;
    let others = world.register("own@example.org", PASSWORD).await.unwrap();
    for (number, shows) in [("one", 0), ("two", 1), ("six", 2)] {
        let email = &format!("{number}@example.org");
        let proof = world.register(email, PASSWORD).await.unwrap();
        world.work().await;
        let shown = [None, Some(&others), Some(&proof)][shows];
        world.auth.resend_verification(&world.call(), email, shown).await.unwrap();
        world.work().await;
        let link = world.secrets(email).pop().unwrap();
        let token = open(&world, &link, Some(&proof)).await;
        assert_eq!(token.is_none(), shows == 2, "{email}");
        assert_eq!(world.log_in(email, PASSWORD).await.is_ok(), shows == 2, "{email}");
    }
    world.finish().await;
}

#[tokio::test]
async fn a_fault_of_the_store_is_not_taken_for_a_bad_secret() {
    let world = World::new().await;
    let secret = world.letter("ana@example.org").await;
    world.recorder.fail_next(CommitError::Unknown);
    assert_eq!(refused(world.verify(&secret).await), "OUTCOME_UNKNOWN");
    world.verify(&secret).await.unwrap();
    world.finish().await;
}

proptest! {
    #[test]
    fn a_secret_proves_its_address_at_any_time_of_its_life(after in 0..86_400_000_u64) {
        case(async {
            let world = World::new().await;
            let secret = world.letter("ana@example.org").await;
            world.elapse(Duration::from_millis(after));
            world.verify(&secret).await.unwrap();
            assert!(world.stored("ana@example.org").await.unwrap().verified_at.is_some());
            world.finish().await;
        });
    }

    #[test]
    fn of_many_secrets_only_the_newest_is_good(resends in 1..6_usize, tried in any::<prop::sample::Index>()) {
        case(async {
            let world = World::new().await;
            world.letter("ana@example.org").await;
            for _ in 0..resends {
                world.auth.resend_verification(&world.call(), "ana@example.org", None).await.unwrap();
                world.work().await;
            }
            let secrets = world.secrets("ana@example.org");
            assert_eq!(secrets.len(), resends + 1);
            let tried = tried.index(secrets.len());
            assert_eq!(world.verify(&secrets[tried]).await.is_ok(), tried == resends);
            world.finish().await;
        });
    }
}
