use std::time::Duration;

use saaskit_auth::port::Sessions;
use saaskit_kernel::{CommitError, Secret, Token};

use crate::world::{PASSWORD, World, fresh_cookie, refused, settings};

const ANA: &str = "ana@example.org";
const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn a_cookie_is_looked_up_once_in_five_minutes() {
    let world = World::new().await;
    let user = world.user(ANA).await;
    let cookie = world.cookie(ANA).await;
    world.trace.take();
    for (wait, questions) in [(0, 1), (0, 0), (299_999, 0), (1, 1), (1, 0)] {
        world.elapse(Duration::from_millis(wait));
        let principal = world.auth.authenticate_cookie(cookie.expose()).await.unwrap();
        assert_eq!((principal.user, principal.tenant, principal.renew_from), (user.id, None, None));
        assert_eq!(principal.methods, ["pwd"]);
        assert_eq!(world.trace.take(), vec!["sessions.session_by_cookie"; questions]);
    }
    world.finish().await;
}

#[tokio::test]
async fn only_its_hash_is_stored_and_nothing_else_is_a_cookie() {
    let world = World::new().await;
    world.user(ANA).await;
    let cookie = world.cookie(ANA).await;
    let hash = Token::parse(cookie.expose()).unwrap().hash();
    let stored = world.memory.session_by_cookie(&hash).await.unwrap();
    assert_eq!(stored.unwrap().0.cookie, Some(hash));
    let tokens = world.tokens(ANA).await;
    for text in ["", "nonsense", tokens.refresh.expose(), world.source.token().to_secret().expose()] {
        assert_eq!(refused(world.auth.authenticate_cookie(text).await), "UNAUTHENTICATED");
    }
    assert_eq!(refused(world.renew(&world.call(), &cookie, None).await), "REFRESH_INVALID");
    world.finish().await;
}

#[tokio::test]
async fn what_ends_a_session_ends_its_cookie_on_every_node_that_heard_of_it() {
    let world = World::new().await;
    world.user(ANA).await;
    let node = world.node(settings());
    node.refresh(&world.call()).await.unwrap();
    world.follow();
    let cookie = world.cookie(ANA).await;
    let principal = node.authenticate_cookie(cookie.expose()).await.unwrap();
    world.auth.authenticate_cookie(cookie.expose()).await.unwrap();
    world.auth.log_out(&world.call(), &principal).await.unwrap();
    assert_eq!(refused(world.auth.authenticate_cookie(cookie.expose()).await), "UNAUTHENTICATED");
    node.authenticate_cookie(cookie.expose()).await.expect("not heard yet");
    world.follow();
    assert_eq!(refused(node.authenticate_cookie(cookie.expose()).await), "UNAUTHENTICATED");
    world.finish().await;
}

#[tokio::test]
async fn a_node_that_has_not_heard_lately_asks_the_store_every_time() {
    let world = World::new().await;
    world.user(ANA).await;
    let cookie = world.cookie(ANA).await;
    world.auth.authenticate_cookie(cookie.expose()).await.unwrap();
    world.change(ANA, |user| user.epoch += 1).await;
    world.auth.authenticate_cookie(cookie.expose()).await.expect("nobody said so");
    world.elapse_deaf(Duration::from_secs(1));
    world.trace.take();
    for _ in 0..2 {
        assert_eq!(refused(world.auth.authenticate_cookie(cookie.expose()).await), "UNAUTHENTICATED");
    }
    assert_eq!(world.trace.count("sessions.session_by_cookie"), 2);
    world.finish().await;
}

#[tokio::test]
async fn a_cookie_that_was_replaced_is_nobodys_though_a_read_was_under_way() {
    let world = World::new().await;
    world.user(ANA).await;
    let cookie = world.cookie(ANA).await;
    let principal = world.auth.authenticate_cookie(cookie.expose()).await.unwrap();
    let before = principal.authenticated_at;
    world.elapse(Duration::from_mins(1));
    let slow = {
        let (auth, cookie) = (world.auth.clone(), cookie.clone());
        world.elapse(Duration::from_mins(5));
        tokio::spawn(async move { auth.authenticate_cookie(cookie.expose()).await })
    };
    let fresh = world.auth.step_up(&world.call(), &principal, &Secret::new(PASSWORD), None).await.unwrap();
    // Whether it was first or last, what was read is not remembered.
    drop(slow.await.unwrap());
    assert_eq!(refused(world.auth.authenticate_cookie(cookie.expose()).await), "UNAUTHENTICATED");
    let fresh = fresh_cookie(fresh);
    let now = world.auth.authenticate_cookie(fresh.expose()).await.unwrap().authenticated_at;
    assert!(now > before && now == world.source.now());
    world.finish().await;
}

#[tokio::test]
async fn it_is_over_after_two_idle_weeks_and_after_ninety_days_in_all() {
    let world = World::new().await;
    world.user(ANA).await;
    let [idle, busy] = [world.cookie(ANA).await, world.cookie(ANA).await];
    for _ in 0..6 {
        world.elapse(14 * DAY - Duration::from_millis(1));
        world.auth.authenticate_cookie(busy.expose()).await.unwrap();
    }
    assert_eq!(refused(world.auth.authenticate_cookie(idle.expose()).await), "UNAUTHENTICATED");
    world.elapse(6 * DAY);
    world.auth.authenticate_cookie(busy.expose()).await.unwrap();
    world.elapse(Duration::from_millis(6));
    assert_eq!(refused(world.auth.authenticate_cookie(busy.expose()).await), "UNAUTHENTICATED");
    world.finish().await;
}

#[tokio::test]
async fn that_it_was_shown_is_written_down_once_an_hour_and_no_request_fails_by_it() {
    let world = World::new().await;
    world.user(ANA).await;
    let cookie = world.cookie(ANA).await;
    let see = r#"commit writes=["auth.session"] jobs=[] events=[] audit=[]"#;
    for (minutes, writes) in [(59, 0), (1, 1), (30, 0), (30, 1)] {
        world.elapse(Duration::from_mins(minutes));
        world.trace.take();
        for _ in 0..3 {
            world.auth.authenticate_cookie(cookie.expose()).await.unwrap();
        }
        assert_eq!(world.trace.count(see), writes, "{minutes}");
    }
    let hash = Token::parse(cookie.expose()).unwrap().hash();
    let (session, _) = world.memory.session_by_cookie(&hash).await.unwrap().unwrap();
    assert_eq!(session.seen_at, world.source.now());
    world.elapse(Duration::from_hours(1));
    world.recorder.fail_next(CommitError::Unknown);
    world.auth.authenticate_cookie(cookie.expose()).await.unwrap();
    world.finish().await;
}
