use std::time::Duration;

use proptest::prelude::*;
use saaskit_auth::port::Sessions;
use saaskit_kernel::{Actor, Call, Signals};

use crate::world::{PASSWORD, World, case, credentials, refused, settings, tokens};

const ANA: &str = "ana@example.org";
const MILLISECOND: Duration = Duration::from_millis(1);

#[tokio::test]
async fn a_token_is_refused_at_once_and_other_sessions_go_on() {
    let world = World::new().await;
    world.user(ANA).await;
    let [phone, laptop] = [world.token(ANA).await, world.token(ANA).await];
    let principal = world.principal(&phone).await;
    world.auth.log_out(&world.call(), &principal).await.unwrap();

    assert_eq!(refused(world.auth.authenticate(&phone).await), "UNAUTHENTICATED");
    world.principal(&laptop).await;
    let (session, _) = world.memory.session(principal.session).await.unwrap().unwrap();
    assert_eq!(session.ended_at, Some(world.source.now()));
    world.finish().await;
}

#[tokio::test]
async fn it_is_written_down_and_doing_it_twice_changes_nothing() {
    let world = World::new().await;
    world.user(ANA).await;
    let token = world.token(ANA).await;
    let principal = world.principal(&token).await;
    let call = Call { actor: Actor::User(principal.user, principal.session), ..world.call() };
    world.auth.log_out(&call, &principal).await.unwrap();
    let entry = world.memory.audit().pop().unwrap();
    assert_eq!((entry.action.name, entry.actor), ("auth.log_out", call.actor));
    assert_eq!(entry.resource, Some(principal.session.to_string()));

    let ended = world.memory.session(principal.session).await.unwrap();
    world.elapse(MILLISECOND);
    world.auth.log_out(&call, &principal).await.unwrap();
    assert_eq!(world.memory.session(principal.session).await.unwrap(), ended);
    assert_eq!(refused(world.auth.authenticate(&token).await), "UNAUTHENTICATED");
    world.finish().await;
}

#[tokio::test]
async fn another_node_hears_of_it_and_so_does_one_that_starts_later() {
    let world = World::new().await;
    world.user(ANA).await;
    let node = world.node(settings());
    node.refresh(&world.call()).await.unwrap();
    world.follow();
    let [token, other] = [world.token(ANA).await, world.token(ANA).await];
    let principal = node.authenticate(&token).await.unwrap();
    world.auth.log_out(&world.call(), &principal).await.unwrap();

    node.authenticate(&token).await.unwrap();
    world.follow();
    assert_eq!(refused(node.authenticate(&token).await), "UNAUTHENTICATED");
    node.authenticate(&other).await.unwrap();

    let late = world.node(settings());
    late.refresh(&world.call()).await.unwrap();
    world.follow();
    world.trace.take();
    assert_eq!(refused(late.authenticate(&token).await), "UNAUTHENTICATED");
    assert_eq!(world.trace.take(), [""; 0]);
    world.finish().await;
}

#[tokio::test]
async fn a_node_that_could_not_store_it_goes_on_believing_and_says_so() {
    let world = World::new().await;
    world.user(ANA).await;
    let token = world.token(ANA).await;
    let principal = world.principal(&token).await;
    world.recorder.fail_next(saaskit_kernel::CommitError::Unknown);
    assert_eq!(refused(world.auth.log_out(&world.call(), &principal).await), "OUTCOME_UNKNOWN");
    world.auth.log_out(&world.call(), &principal).await.unwrap();
    assert_eq!(refused(world.auth.authenticate(&token).await), "UNAUTHENTICATED");
    world.finish().await;
}

#[tokio::test]
async fn it_is_remembered_for_as_long_as_any_token_can_live_though_the_clocks_of_nodes_differ() {
    let world = World::new().await;
    world.user(ANA).await;
    let node = world.node_ahead(Duration::from_secs(59), settings());
    node.refresh(&world.call()).await.unwrap();
    world.follow();
    let signed_in = node.log_in(&world.call(), credentials(ANA, PASSWORD)).await.unwrap();
    let token = tokens(signed_in).access.secret;
    let principal = world.principal(token.expose()).await;
    world.auth.log_out(&world.call(), &principal).await.unwrap();

    for _ in 0..18 {
        world.follow();
        for node in [&world.auth, &node] {
            let answer = refused(node.authenticate(token.expose()).await);
            assert!(matches!(answer, "UNAUTHENTICATED" | "TOKEN_EXPIRED"), "{answer}");
        }
        world.elapse(Duration::from_secs(59));
    }
    assert_eq!(refused(world.auth.authenticate(token.expose()).await), "TOKEN_EXPIRED");
    world.finish().await;
}

#[tokio::test]
async fn an_expired_token_is_said_to_be_expired_and_a_revocation_is_forgotten_when_nothing_needs_it() {
    let world = World::new().await;
    world.user(ANA).await;
    let token = world.token(ANA).await;
    world.elapse(Duration::from_mins(15) - MILLISECOND);
    let principal = world.principal(&token).await;
    world.elapse(MILLISECOND);
    assert_eq!(refused(world.auth.authenticate(&token).await), "TOKEN_EXPIRED");

    world.auth.log_out(&world.call(), &principal).await.unwrap();
    assert_eq!(world.memory.live(world.source.now()).await.unwrap().0.len(), 1);
    world.elapse(Duration::from_hours(1));
    assert_eq!(world.memory.live(world.source.now()).await.unwrap().0, []);
    world.finish().await;
}

proptest! {
    #[test]
    fn signing_out_ends_the_session_and_no_other(ends in prop::collection::vec(any::<bool>(), 1..8)) {
        case(async {
            let world = World::new().await;
            world.user(ANA).await;
            let node = world.node(settings());
            let mut tokens = Vec::new();
            for _ in &ends {
                tokens.push(world.token(ANA).await);
            }
            for (token, _) in tokens.iter().zip(&ends).filter(|(_, ends)| **ends) {
                let principal = world.principal(token).await;
                world.auth.log_out(&world.call(), &principal).await.unwrap();
            }
            node.refresh(&world.call()).await.unwrap();
            world.follow();
            for (token, ended) in tokens.iter().zip(&ends) {
                for node in [&world.auth, &node] {
                    assert_eq!(node.authenticate(token).await.is_err(), *ended);
                }
            }
            world.finish().await;
        });
    }
}
