use std::time::Duration;

use saaskit_auth::port::Sessions;
use saaskit_auth::write::{AuthWrite, SessionWrite};
use saaskit_auth::{Auth, AuthError, Carried, Carrier, ChangePassword, GoesOn, LogIn};
use saaskit_kernel::{Call, Commit, Principal, Secret, TenantId, Token};

use crate::world::{PASSWORD, World, at_once, credentials, fresh_cookie, refused, settings};

const ANA: &str = "ana@example.org";
const NEW: &str = "Another-horse-8";

/// What gives a session more than it had, or takes it away from others.
#[derive(Debug, Clone, Copy)]
enum Change {
    StepUp,
    Enter(TenantId),
    NewPassword,
    EndOthers,
}

impl Change {
    async fn make(self, auth: &Auth, call: &Call, by: &Principal) -> Result<GoesOn, AuthError> {
        let (current, password) = (Secret::new(PASSWORD), Secret::new(NEW));
        match self {
            Self::StepUp => auth.step_up(call, by, &current, None).await,
            Self::Enter(tenant) => auth.act_in(call, by, Some(tenant)).await,
            Self::NewPassword => {
                auth.change_password(call, by, &ChangePassword { current, password }, None).await
            }
            Self::EndOthers => auth.end_other_sessions(call, by).await,
        }
    }
}

fn changes(world: &World) -> [Change; 4] {
    [Change::StepUp, Change::Enter(world.source.id()), Change::NewPassword, Change::EndOthers]
}

async fn shown(auth: &Auth, cookie: &Secret) -> Result<Principal, AuthError> {
    auth.authenticate_cookie(cookie.expose()).await
}

async fn sign_in_over(world: &World, cookie: &Secret, carrier: Carrier) -> Carried {
    let ask = LogIn { carrier, shown: Some(cookie.clone()), ..credentials(ANA, PASSWORD) };
    world.auth.log_in(&world.call(), ask).await.unwrap().carried
}

#[tokio::test]
async fn what_a_session_gains_another_cookie_carries_and_the_one_before_dies_on_every_node() {
    for number in 0..4 {
        let world = World::new().await;
        let change = changes(&world)[number];
        world.user(ANA).await;
        let node = world.node(settings());
        node.refresh(&world.call()).await.unwrap();
        world.follow();
        let before = world.cookie(ANA).await;
        world.elapse(Duration::from_mins(2));
        let principal = shown(&world.auth, &before).await.unwrap();
        shown(&node, &before).await.unwrap();

        let fresh = fresh_cookie(change.make(&world.auth, &world.call(), &principal).await.unwrap());
        let now = shown(&world.auth, &fresh).await.unwrap();
        assert_eq!(now.session, principal.session, "{change:?}");
        match change {
            Change::StepUp => assert_eq!(now.authenticated_at, world.source.now()),
            Change::Enter(tenant) => assert_eq!(now.tenant, Some(tenant)),
            Change::NewPassword | Change::EndOthers => {}
        }
        world.follow();
        for auth in [&world.auth, &node] {
            assert_eq!(refused(shown(auth, &before).await), "UNAUTHENTICATED", "{change:?}");
            shown(auth, &fresh).await.unwrap();
        }
        world.work().await;
        world.finish().await;
    }
}

#[tokio::test]
async fn whoever_came_by_the_cookie_before_changes_nothing() {
    let world = World::new().await;
    world.user(ANA).await;
    let late = shown(&world.auth, &world.cookie(ANA).await).await.unwrap();
    let fresh = fresh_cookie(Change::StepUp.make(&world.auth, &world.call(), &late).await.unwrap());
    world.trace.take();
    for change in changes(&world) {
        assert_eq!(refused(change.make(&world.auth, &world.call(), &late).await), "UNAUTHENTICATED");
    }
    assert_eq!(world.trace.count("hasher.verify"), 0, "not even a password is tried");
    shown(&world.auth, &fresh).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn of_two_changes_at_once_by_one_cookie_one_counts_and_what_it_gave_goes_on() {
    let world = World::new().await;
    world.user(ANA).await;
    let before = world.cookie(ANA).await;
    let principal = shown(&world.auth, &before).await.unwrap();
    let (from, to) = (Token::parse(before.expose()).unwrap().hash(), world.source.token());
    let carry = SessionWrite::Carry { session: principal.session, from, to: to.hash() };
    world.recorder.somebody_is_faster(Commit::new().write(AuthWrite::Session(carry)));
    let tenant = Some(world.source.id());
    assert_eq!(refused(world.auth.act_in(&world.call(), &principal, tenant).await), "CONFLICT");
    assert_eq!(shown(&world.auth, &to.to_secret()).await.unwrap().tenant, None);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_changes_at_once_one_counts_and_nobody_is_signed_out() {
    let world = World::new().await;
    world.user(ANA).await;
    let principal = shown(&world.auth, &world.cookie(ANA).await).await.unwrap();
    let answers = at_once((0..16).map(|_| {
        let (auth, call, principal) = (world.auth.clone(), world.call(), principal.clone());
        let tenant = world.source.id();
        async move { auth.act_in(&call, &principal, Some(tenant)).await }
    }))
    .await;
    let mut given: Vec<Secret> = answers.into_iter().filter_map(Result::ok).map(fresh_cookie).collect();
    let fresh = given.pop().expect("one counts");
    assert!(given.is_empty(), "and no other");
    assert_eq!(shown(&world.auth, &fresh).await.unwrap().session, principal.session);
    world.finish().await;
}

#[tokio::test]
async fn signing_in_over_a_cookie_ends_its_session() {
    let world = World::new().await;
    world.user(ANA).await;
    let node = world.node(settings());
    node.refresh(&world.call()).await.unwrap();
    world.follow();
    let before = world.cookie(ANA).await;
    let replaced = shown(&node, &before).await.unwrap().session;
    let Carried::ByCookie { secret, .. } = sign_in_over(&world, &before, Carrier::Cookie).await else {
        unreachable!("a cookie was asked for")
    };
    world.follow();
    for auth in [&world.auth, &node] {
        assert_eq!(refused(shown(auth, &before).await), "UNAUTHENTICATED");
        assert_ne!(shown(auth, &secret).await.unwrap().session, replaced);
    }
    let (ended, _) = world.memory.session(replaced).await.unwrap().unwrap();
    assert_eq!(ended.ended_at, Some(world.source.now()));
    assert!(world.audited().contains(&("auth.log_out", "success")));
    world.finish().await;
}

#[tokio::test]
async fn a_sign_in_that_sets_no_cookie_or_fails_ends_no_session() {
    let world = World::new().await;
    world.user(ANA).await;
    let before = world.cookie(ANA).await;
    sign_in_over(&world, &before, Carrier::Tokens).await;
    let wrong =
        LogIn { carrier: Carrier::Cookie, shown: Some(before.clone()), ..credentials(ANA, "Wrong-horse-7") };
    assert_eq!(refused(world.auth.log_in(&world.call(), wrong).await), "CREDENTIALS_INVALID");
    shown(&world.auth, &before).await.unwrap();
    for nobodys in ["nonsense".to_owned(), world.source.token().to_secret().expose().to_owned()] {
        sign_in_over(&world, &Secret::new(nobodys), Carrier::Cookie).await;
    }
    shown(&world.auth, &before).await.unwrap();
    world.finish().await;
}
