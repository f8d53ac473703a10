use std::time::Duration;

use proptest::prelude::*;
use saaskit_auth::port::Sessions;
use saaskit_auth::{Method, PasswordHash, UserStatus};
use saaskit_kernel::{Actor, CommitError, Fault};

use crate::world::{PASSWORD, World, case, credentials, faults, read, refused, saving, tokens};

const ANA: &str = "ana@example.org";
const WRONG: &str = "Wrong-horse-7";

#[tokio::test]
async fn the_right_password_starts_a_session_that_remembers_how_and_from_where() {
    let world = World::new().await;
    let user = world.user(ANA).await;
    let signed_in = world.log_in(" ANA@example.org", PASSWORD).await.unwrap();
    assert_eq!(signed_in.user, user.id);
    let id = signed_in.session;
    let tokens = tokens(signed_in);
    assert_eq!(tokens.access.expires_in, Duration::from_mins(15));
    assert_eq!(tokens.refresh_expires_in, Duration::from_hours(14 * 24));

    let principal = world.principal(tokens.access.secret.expose()).await;
    assert_eq!(principal.session, id);
    let (session, owner) = world.memory.session(principal.session).await.unwrap().unwrap();
    let call = world.call();
    assert_eq!((owner.id, principal.user), (user.id, user.id));
    assert_eq!((session.ip, session.agent, session.method), (call.ip, call.agent, Method::Password));
    assert_eq!((session.created_at, session.ended_at), (world.source.now(), None));
    assert_eq!(world.audited().last(), Some(&("auth.log_in", "success")));
    world.finish().await;
}

#[tokio::test]
async fn signing_in_costs_two_loads_and_six_writes_of_the_three_and_eight_it_may() {
    let world = World::new().await;
    world.user(ANA).await;
    world.log_in(ANA, WRONG).await.unwrap_err();
    world.trace.take();
    world.recorder.statements();
    world.log_in(ANA, PASSWORD).await.unwrap();
    let asked = world.trace.take();
    let loads = asked.iter().filter(|line| !line.starts_with("commit ") && !line.starts_with("hasher."));
    assert_eq!(loads.collect::<Vec<_>>(), ["users.user_by_email", "attempts.attempts"]);
    assert_eq!(world.recorder.statements(), 6, "{asked:#?}");
    world.finish().await;
}

#[tokio::test]
async fn a_token_says_who_how_and_when_in_whole_seconds_and_outlives_no_session() {
    let world = World::new().await;
    world.user(ANA).await;
    world.change(ANA, |user| user.epoch = 3).await;
    world.elapse(Duration::from_millis(777));
    let [first, second] = [world.token(ANA).await, world.token(ANA).await];

    let claims = read(&first).unwrap();
    let (session, user) = world.memory.session(claims.session).await.unwrap().unwrap();
    assert_eq!((claims.user, claims.epoch), (user.id, 3));
    assert_eq!(claims.methods, ["pwd"]);
    for at in [claims.issued_at, claims.expires_at, claims.authenticated_at] {
        assert_eq!(at.millis() % 1000, 0);
    }
    assert_eq!(claims.issued_at.seconds(), world.source.now().seconds());
    assert_eq!(claims.authenticated_at.seconds(), session.created_at.seconds());
    assert_eq!(claims.expires_at.since(claims.issued_at), Duration::from_mins(15));
    assert!(claims.expires_at <= session.expires_at);
    let other = read(&second).unwrap();
    assert!(other.token_id != claims.token_id && other.session != claims.session);
    world.finish().await;
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_cause_the_same_and_get_the_same_answer() {
    let world = World::new().await;
    world.user(ANA).await;
    world.user("eva@example.org").await;
    world.change("eva@example.org", |user| user.password = None).await;
    world.trace.take();

    let mut seen = Vec::new();
    for email in [ANA, "nobody@example.org", "eva@example.org"] {
        let refusal = world.log_in(email, WRONG).await.unwrap_err();
        let fields = refusal.fields();
        seen.push((refusal.code().name(), refusal.to_string(), fields, world.trace.take()));
    }
    assert!(seen.iter().all(|each| *each == seen[0]), "{seen:#?}");
    let (code, _, _, trace) = &seen[0];
    assert_eq!(*code, "CREDENTIALS_INVALID");
    assert_eq!(
        trace[..],
        [
            "users.user_by_email",
            "attempts.attempts",
            r#"commit writes=["auth.attempts"] jobs=[] events=[] audit=[]"#,
            "hasher.verify",
            r#"commit writes=[] jobs=[] events=[] audit=[("auth.log_in", "refused")]"#
        ]
    );
    world.finish().await;
}

#[tokio::test]
async fn why_an_account_may_not_sign_in_is_told_only_after_the_right_password() {
    let world = World::new().await;
    world.letter("new@example.org").await;
    for (email, status) in
        [("suspended@example.org", UserStatus::Suspended), ("deleted@example.org", UserStatus::Deleted)]
    {
        world.user(email).await;
        world.change(email, |user| user.status = status).await;
    }
    world.log_in("nobody@example.org", WRONG).await.unwrap_err();
    world.trace.take();
    world.log_in("nobody@example.org", WRONG).await.unwrap_err();
    let expected = world.trace.take();

    for (email, reason) in [
        ("new@example.org", "EMAIL_UNVERIFIED"),
        ("suspended@example.org", "ACCOUNT_SUSPENDED"),
        ("deleted@example.org", "ACCOUNT_DELETED"),
    ] {
        assert_eq!(refused(world.log_in(email, WRONG).await), "CREDENTIALS_INVALID");
        assert_eq!(world.trace.take(), expected);
        assert_eq!(refused(world.log_in(email, PASSWORD).await), reason);
        let trace = world.trace.take();
        assert_eq!(trace[..4], expected[..4]);
        let clears =
            r#"commit writes=["auth.attempts"] jobs=[] events=[] audit=[("auth.log_in", "refused")]"#;
        assert_eq!(trace[4..], [clears], "a refusal starts no session");
    }
    world.finish().await;
}

#[tokio::test]
async fn every_failed_sign_in_is_written_down_with_what_is_known_of_it() {
    let world = World::new().await;
    let user = world.user(ANA).await;
    world.log_in(ANA, WRONG).await.unwrap_err();
    world.log_in("nobody@example.org", WRONG).await.unwrap_err();

    let audit = world.memory.audit();
    let [.., known, unknown] = &audit[..] else { panic!("{audit:?}") };
    for entry in [known, unknown] {
        assert_eq!((entry.action.name, entry.outcome.as_str()), ("auth.log_in", "refused"));
        assert_eq!(
            (entry.actor, entry.ip, &entry.agent),
            (Actor::Nobody, world.call().ip, &world.call().agent)
        );
        assert_eq!(entry.at, world.source.now());
    }
    assert_eq!((&known.resource, &unknown.resource), (&Some(user.id.to_string()), &None));
    world.finish().await;
}

#[tokio::test]
async fn an_outdated_hash_is_replaced_on_success_and_never_on_failure() {
    let world = World::new().await;
    let old = world.user(ANA).await.password;
    world.hasher.harden();
    world.trace.take();

    world.log_in(ANA, WRONG).await.unwrap_err();
    world.change(ANA, |user| user.status = UserStatus::Suspended).await;
    world.log_in(ANA, PASSWORD).await.unwrap_err();
    assert_eq!(world.trace.count("hasher.hash"), 0);
    assert_eq!(world.stored(ANA).await.unwrap().password, old);

    world.change(ANA, |user| user.status = UserStatus::Active).await;
    let before = world.stored(ANA).await.unwrap();
    world.log_in(ANA, PASSWORD).await.unwrap();
    let after = world.stored(ANA).await.unwrap();
    assert_ne!(after.password, old);
    assert_eq!(after.version, before.version, "signing in makes nobody's save stale");

    world.trace.take();
    world.log_in(ANA, PASSWORD).await.unwrap();
    assert_eq!((world.trace.count("hasher.hash"), world.stored(ANA).await), (0, Some(after)));
    world.finish().await;
}

#[tokio::test]
async fn a_new_hash_of_the_old_password_does_not_undo_a_change_of_password() {
    let world = World::new().await;
    let mut changed = world.user(ANA).await;
    world.hasher.harden();
    let new = PasswordHash::from_phc("$fake$v=2$salt$of-another-password".to_owned());
    changed.password = Some(new.clone());
    changed.epoch += 1;
    world.recorder.somebody_is_faster(saving(changed));

    let token = world.token(ANA).await;
    let user = world.stored(ANA).await.unwrap();
    assert_eq!(user.password, Some(new));
    let claims = read(&token).unwrap();
    let (session, _) = world.memory.session(claims.session).await.unwrap().unwrap();
    assert!(!session.is_live(&user, world.source.now()), "the session belongs to the epoch that is over");
    world.finish().await;
}

#[tokio::test]
async fn what_is_no_address_or_too_long_is_refused_before_any_work() {
    let world = World::new().await;
    assert_eq!(faults(world.log_in("nonsense", PASSWORD).await), [("email", "EMAIL_INVALID")]);
    let long = "Aa1".repeat(1000);
    assert_eq!(faults(world.log_in(ANA, &long).await), [("password", "PASSWORD_TOO_LONG")]);
    assert_eq!(world.trace.take(), [""; 0]);
    world.finish().await;
}

#[tokio::test]
async fn when_the_hasher_has_no_room_nothing_is_written() {
    let world = World::new().await;
    world.user(ANA).await;
    let before = world.audited().len();
    world.hasher.be_busy();
    for email in [ANA, "nobody@example.org"] {
        let refusal = world.log_in(email, PASSWORD).await.unwrap_err();
        assert_eq!((refusal.code().name(), refusal.retry_after()), ("BUSY", Some(3)));
    }
    for _ in 0..20 {
        assert_eq!(refused(world.log_in(ANA, PASSWORD).await), "BUSY", "what was not tested does not count");
    }
    assert_eq!(world.audited().len(), before);
    world.finish().await;
}

#[tokio::test]
async fn who_is_too_many_in_a_flood_is_refused_before_anything_is_read_or_counted() {
    let world = World::new().await;
    world.user(ANA).await;
    world.trace.take();
    world.hasher.be_full();
    for email in [ANA, "nobody@example.org"] {
        assert_eq!(refused(world.log_in(email, PASSWORD).await), "BUSY");
    }
    assert_eq!(world.trace.take(), [""; 0]);
    world.finish().await;
}

#[tokio::test]
async fn a_session_that_could_not_be_stored_gives_no_token_and_a_failure_not_written_down_no_verdict() {
    let world = World::new().await;
    world.user(ANA).await;
    for password in [PASSWORD, WRONG] {
        for commits_before in 0..2 {
            world.recorder.fail_after(commits_before, CommitError::Unknown);
            assert_eq!(refused(world.log_in(ANA, password).await), "OUTCOME_UNKNOWN");
        }
    }
    world.finish().await;
}

#[tokio::test]
async fn who_was_never_refreshed_signs_nobody_in() {
    let world = World::new().await;
    world.user(ANA).await;
    let cold = world.node(crate::world::settings());
    assert_eq!(refused(cold.log_in(&world.call(), credentials(ANA, PASSWORD)).await), "INTERNAL");
    world.finish().await;
}

proptest! {
    #[test]
    fn valid_credentials_make_a_session(sign_ins in 1..8_usize, after in 0..1_000_000_000_u64) {
        case(async {
            let world = World::new().await;
            let user = world.user(ANA).await;
            world.elapse(Duration::from_millis(after));
            let mut sessions = std::collections::BTreeSet::new();
            for _ in 0..sign_ins {
                let principal = world.principal(&world.token(ANA).await).await;
                let (session, owner) = world.memory.session(principal.session).await.unwrap().unwrap();
                assert!(session.is_live(&owner, world.source.now()) && owner.id == user.id);
                sessions.insert(principal.session);
            }
            assert_eq!(sessions.len(), sign_ins);
            world.finish().await;
        });
    }

    #[test]
    fn invalid_credentials_are_refused(email in "(ana|eva)@example\\.org", password in "\\PC{0,60}") {
        prop_assume!(password != PASSWORD || email != ANA);
        case(async {
            let world = World::new().await;
            world.user(ANA).await;
            assert_eq!(refused(world.log_in(&email, &password).await), "CREDENTIALS_INVALID");
            assert!(!world.audited().contains(&("auth.log_in", "success")));
            world.finish().await;
        });
    }

    #[test]
    fn a_password_that_differs_in_one_character_is_wrong(at in 0..15_usize, other in "\\PC") {
        let mut letters: Vec<char> = PASSWORD.chars().collect();
        letters[at] = other.chars().next().unwrap();
        let almost: String = letters.into_iter().collect();
        prop_assume!(almost != PASSWORD);
        case(async {
            let world = World::new().await;
            world.user(ANA).await;
            assert_eq!(refused(world.log_in(ANA, &almost).await), "CREDENTIALS_INVALID");
            world.finish().await;
        });
    }
}
