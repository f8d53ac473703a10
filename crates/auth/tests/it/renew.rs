use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::*;
use saaskit_auth::port::{RefreshTokens, Sessions};
use saaskit_auth::write::{AuthWrite, SessionWrite};
use saaskit_auth::{AuthError, DeviceToken, Tokens};
use saaskit_kernel::{Agent, Call, Commit, Secret, SessionId, Store, TenantId, Token};

use crate::world::{Kind, World, at_once, case, read, refused, saving};

const ANA: &str = "ana@example.org";
const DAY: Duration = Duration::from_hours(24);
const LATER: Duration = Duration::from_millis(10_001);

async fn renew(world: &World, refresh: &Secret) -> Result<Tokens, AuthError> {
    world.renew(&world.call(), refresh, None).await
}

fn elsewhere(world: &World) -> Call {
    Call { agent: Some(Agent::new("Thief/6.6")), ..world.call() }
}

fn session(tokens: &Tokens) -> SessionId {
    read(tokens.access.secret.expose()).unwrap().session
}

async fn is_over(world: &World, session: SessionId) -> bool {
    world.memory.session(session).await.unwrap().unwrap().0.ended_at.is_some()
}

#[tokio::test]
async fn a_session_goes_on_by_its_chain_and_each_link_is_used_once() {
    let world = World::new().await;
    world.user(ANA).await;
    let mut tokens = world.tokens(ANA).await;
    let first = session(&tokens);
    for _ in 0..5 {
        world.elapse(DAY);
        world.trace.take();
        let next = renew(&world, &tokens.refresh).await.unwrap();
        assert_eq!(
            world.trace.take(),
            ["refresh_tokens.presented", r#"commit writes=["auth.refresh"] jobs=[] events=[] audit=[]"#]
        );
        assert_ne!(next.refresh.expose(), tokens.refresh.expose());
        assert_eq!(session(&next), first);
        assert_eq!(next.refresh_expires_in, 14 * DAY);
        world.principal(next.access.secret.expose()).await;
        tokens = next;
    }
    world.finish().await;
}

#[tokio::test]
async fn whoever_lost_the_answer_gets_the_same_link_again_until_it_was_used() {
    let world = World::new().await;
    world.user(ANA).await;
    let first = world.tokens(ANA).await;
    let second = renew(&world, &first.refresh).await.unwrap();
    world.elapse(3 * DAY);
    world.trace.take();
    let again = renew(&world, &first.refresh).await.unwrap();
    assert_eq!(world.trace.take(), ["refresh_tokens.presented"], "nothing is written");
    assert_eq!(again.refresh.expose(), second.refresh.expose());
    assert_ne!(again.access.secret.expose(), second.access.secret.expose());
    assert_eq!(again.refresh_expires_in, 11 * DAY, "asking again makes nothing live longer");
    let third = renew(&world, &again.refresh).await.unwrap();

    world.elapse(Duration::from_secs(10));
    let in_time = renew(&world, &second.refresh).await.unwrap();
    assert_eq!(in_time.refresh.expose(), third.refresh.expose());
    world.finish().await;
}

#[tokio::test]
async fn a_link_that_was_replaced_long_ago_ends_the_session_everywhere_and_tells_its_owner() {
    let world = World::new().await;
    let user = world.user(ANA).await;
    let first = world.tokens(ANA).await;
    let other = world.tokens(ANA).await;
    let second = renew(&world, &first.refresh).await.unwrap();
    let third = renew(&world, &second.refresh).await.unwrap();
    world.elapse(LATER);
    assert_eq!(refused(renew(&world, &first.refresh).await), "REFRESH_REUSED");

    assert_eq!(refused(world.auth.authenticate(third.access.secret.expose()).await), "UNAUTHENTICATED");
    for link in [&first, &second, &third] {
        assert_eq!(refused(renew(&world, &link.refresh).await), "REFRESH_INVALID");
    }
    renew(&world, &other.refresh).await.expect("another session goes on");
    let entry = world.memory.audit().into_iter().rfind(|entry| entry.action.risk >= 80).unwrap();
    assert_eq!((entry.action.name, entry.outcome.as_str()), ("auth.refresh_reused", "refused"));
    assert_eq!(entry.resource, Some(session(&third).to_string()));
    let told = world.memory.events().into_iter().find(|event| event.name == "auth.refresh_reused").unwrap();
    assert_eq!(told.payload["user"], user.id.to_string());
    world.work().await;
    assert!(matches!(world.letters(ANA).pop().unwrap().kind, Kind::TokenReuse));
    world.finish().await;
}

#[tokio::test]
async fn the_parent_of_a_link_is_taken_for_a_lost_answer_until_ten_seconds_after_the_link_was_used_and_then_for_theft()
 {
    let world = World::new().await;
    world.user(ANA).await;
    let first = world.tokens(ANA).await;
    let second = renew(&world, &first.refresh).await.unwrap();
    renew(&world, &second.refresh).await.unwrap();
    world.elapse(Duration::from_secs(10));
    renew(&world, &first.refresh).await.unwrap();
    world.elapse(Duration::from_millis(1));
    assert_eq!(refused(renew(&world, &first.refresh).await), "REFRESH_REUSED");
    assert!(is_over(&world, session(&second)).await);
    world.work().await;
    world.finish().await;
}

#[tokio::test]
async fn another_client_is_refused_and_the_session_goes_on() {
    let world = World::new().await;
    world.user(ANA).await;
    let signed_in = world.log_in(ANA, crate::world::PASSWORD).await.unwrap();
    let device = signed_in.device.clone();
    let first = crate::world::tokens(signed_in);
    let second = world.renew(&world.call(), &first.refresh, Some(&device)).await.unwrap();
    let others: [(Call, Option<&DeviceToken>); 2] = [(elsewhere(&world), None), (world.call(), None)];
    for (call, device) in others {
        assert_eq!(refused(world.renew(&call, &first.refresh, device).await), "REFRESH_INVALID");
    }
    let call = Call { ip: Some("198.51.100.1".parse().unwrap()), ..elsewhere(&world) };
    let again = world.renew(&call, &first.refresh, Some(&device)).await.unwrap();
    assert_eq!(
        again.refresh.expose(),
        second.refresh.expose(),
        "the browser counts, not its name or address"
    );
    world.renew(&elsewhere(&world), &second.refresh, None).await.expect("who comes first makes the next");
    world.work().await;
    world.finish().await;
}

#[tokio::test]
async fn the_owner_hears_of_another_client_once_a_day_and_session() {
    let world = World::new().await;
    world.user(ANA).await;
    let [one, other] = [world.tokens(ANA).await, world.tokens(ANA).await];
    for tokens in [&one, &other] {
        renew(&world, &tokens.refresh).await.unwrap();
    }
    let alerts = async || {
        world.work().await;
        world.letters(ANA).iter().filter(|letter| matches!(letter.kind, Kind::SecurityAlert)).count()
    };
    for (tokens, passed, told) in [
        (&one, Duration::ZERO, 1),
        (&one, DAY - Duration::from_millis(1), 1),
        (&other, Duration::ZERO, 2),
        (&one, Duration::from_millis(1), 3),
        (&one, Duration::ZERO, 3),
    ] {
        world.elapse(passed);
        assert_eq!(refused(world.renew(&elsewhere(&world), &tokens.refresh, None).await), "REFRESH_INVALID");
        assert_eq!(alerts().await, told);
        assert_eq!(
            world.audited().last(),
            Some(&("auth.refresh_elsewhere", "refused")),
            "each is written down"
        );
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_renewals_by_another_client_at_once_the_owner_hears_once() {
    let world = World::new().await;
    world.user(ANA).await;
    let tokens = world.tokens(ANA).await;
    renew(&world, &tokens.refresh).await.unwrap();
    let world = std::sync::Arc::new(world);
    let tries = (0..8).map(|_| {
        let (world, refresh) = (world.clone(), tokens.refresh.clone());
        async move { world.renew(&elsewhere(&world), &refresh, None).await }
    });
    for answer in at_once(tries).await {
        assert_eq!(refused(answer), "REFRESH_INVALID");
    }
    world.work().await;
    let is_alert = |letter: &crate::world::Delivered| matches!(letter.kind, Kind::SecurityAlert);
    assert_eq!(world.letters(ANA).into_iter().filter(is_alert).count(), 1);
}

#[tokio::test]
async fn a_chain_ends_after_two_idle_weeks_and_after_ninety_days_in_all() {
    let world = World::new().await;
    world.user(ANA).await;
    let idle = world.tokens(ANA).await;
    let mut busy = world.tokens(ANA).await;
    world.elapse(14 * DAY);
    assert_eq!(refused(renew(&world, &idle.refresh).await), "REFRESH_INVALID");
    assert_eq!(refused(renew(&world, &busy.refresh).await), "REFRESH_INVALID");

    busy = world.tokens(ANA).await;
    for _ in 0..6 {
        world.elapse(14 * DAY - Duration::from_millis(1));
        busy = renew(&world, &busy.refresh).await.unwrap();
    }
    assert_eq!(busy.refresh_expires_in, 6 * DAY + Duration::from_millis(6));
    world.elapse(6 * DAY - Duration::from_mins(5));
    let last = renew(&world, &busy.refresh).await.unwrap();
    let claims = read(last.access.secret.expose()).unwrap();
    let (session, _) = world.memory.session(claims.session).await.unwrap().unwrap();
    assert!(claims.expires_at <= session.expires_at, "it outlives no session");
    assert_eq!(last.access.expires_in, claims.expires_at.since(claims.issued_at));
    world.elapse(Duration::from_millis(5 * 60_000 + 6));
    assert_eq!(refused(renew(&world, &last.refresh).await), "REFRESH_INVALID");
    world.finish().await;
}

#[tokio::test]
async fn a_lost_answer_is_not_given_again_after_the_link_in_it_is_over() {
    let world = World::new().await;
    world.user(ANA).await;
    let first = world.tokens(ANA).await;
    renew(&world, &first.refresh).await.unwrap();
    world.elapse(14 * DAY);
    assert_eq!(refused(renew(&world, &first.refresh).await), "REFRESH_INVALID");
    world.finish().await;
}

#[tokio::test]
async fn what_is_no_link_or_of_an_ended_session_or_an_earlier_epoch_is_refused() {
    let world = World::new().await;
    world.user(ANA).await;
    let tokens = world.tokens(ANA).await;
    for text in ["", "nonsense", tokens.access.secret.expose(), world.source.token().to_secret().expose()] {
        assert_eq!(refused(renew(&world, &Secret::new(text)).await), "REFRESH_INVALID");
    }
    let principal = world.principal(tokens.access.secret.expose()).await;
    world.auth.log_out(&world.call(), &principal).await.unwrap();
    assert_eq!(refused(renew(&world, &tokens.refresh).await), "REFRESH_INVALID");

    let tokens = world.tokens(ANA).await;
    world.change(ANA, |user| user.epoch += 1).await;
    assert_eq!(refused(renew(&world, &tokens.refresh).await), "REFRESH_INVALID");
    world.finish().await;
}

#[tokio::test]
async fn a_reset_that_is_faster_leaves_nothing_of_before_alive() {
    let world = World::new().await;
    let mut user = world.user(ANA).await;
    let tokens = world.tokens(ANA).await;
    user.epoch += 1;
    world.recorder.somebody_is_faster(saving(user));
    let late = renew(&world, &tokens.refresh).await.unwrap();
    world.elapse_deaf(Duration::from_secs(1));
    assert_eq!(refused(renew(&world, &late.refresh).await), "REFRESH_INVALID");
    assert_eq!(refused(world.auth.authenticate(late.access.secret.expose()).await), "UNAUTHENTICATED");
    world.finish().await;
}

#[tokio::test]
async fn it_keeps_the_workspace_the_session_acts_in() {
    let world = World::new().await;
    world.user(ANA).await;
    let tokens = world.tokens(ANA).await;
    let tenant: TenantId = world.source.id();
    let act = SessionWrite::Act { session: session(&tokens), tenant: Some(tenant) };
    world.memory.commit(Commit::new().write(AuthWrite::Session(act))).await.unwrap();
    let next = renew(&world, &tokens.refresh).await.unwrap();
    assert_eq!(world.principal(next.access.secret.expose()).await.tenant, Some(tenant));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_at_once_make_one_next_link_and_all_go_on_with_it() {
    let world = World::new().await;
    world.user(ANA).await;
    let first = world.tokens(ANA).await;
    world.trace.take();
    let answers = at_once((0..100).map(|_| {
        let (auth, call, refresh) = (world.auth.clone(), world.call(), first.refresh.clone());
        async move {
            let shown = auth.shown(&refresh).await.unwrap();
            auth.renew(&call, shown, None).await.unwrap()
        }
    }))
    .await;
    let links: BTreeSet<&str> = answers.iter().map(|tokens| tokens.refresh.expose()).collect();
    assert_eq!(links.len(), 1, "no fork");
    let hash = Token::parse(first.refresh.expose()).unwrap().hash();
    let presented = world.memory.presented(&hash).await.unwrap().unwrap();
    assert!(presented.token.rotation.is_some() && presented.successor_shown_at.is_none());
    for tokens in &answers {
        world.principal(tokens.access.secret.expose()).await;
    }
    renew(&world, &answers[0].refresh).await.unwrap();
    world.finish().await;
}

proptest! {
    /// Whatever is lost on the way, a client that shows the newest link it has is never sent away, and nobody else
    /// gets in beside it.
    #[test]
    fn an_honest_client_goes_on_whatever_answers_are_lost(
        steps in prop::collection::vec((any::<bool>(), 0..400_u64), 1..40),
    ) {
        case(async {
            let world = World::new().await;
            world.user(ANA).await;
            let mut tokens = world.tokens(ANA).await;
            for (is_lost, minutes) in steps {
                world.elapse(Duration::from_mins(minutes));
                let answer = renew(&world, &tokens.refresh).await.unwrap();
                world.principal(answer.access.secret.expose()).await;
                if !is_lost {
                    tokens = answer;
                }
            }
            world.finish().await;
        });
    }
}
