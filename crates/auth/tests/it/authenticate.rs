use std::time::Duration;

use saaskit_auth::Settings;
use saaskit_kernel::Secret;

use crate::world::{World, at_once, kid, refused, settings};

const ANA: &str = "ana@example.org";

/// The token with another key's id in front.
fn by_unknown_key(world: &World, token: &str) -> String {
    let unknown: saaskit_auth::KeyId = world.source.id();
    token.replacen(kid(token), &unknown.to_string(), 1)
}

#[tokio::test]
async fn a_believed_token_costs_no_question_to_the_store() {
    let world = World::new().await;
    let user = world.user(ANA).await;
    let token = world.token(ANA).await;
    world.elapse(Duration::from_mins(10));
    world.trace.take();
    let principal = world.principal(&token).await;
    assert_eq!(principal.user, user.id);
    assert_eq!(world.source.now().since(principal.authenticated_at), Duration::from_mins(10));
    assert_eq!(world.trace.take(), [""; 0]);
    world.finish().await;
}

#[tokio::test]
async fn a_node_that_has_not_heard_lately_asks_the_store_and_never_guesses_yes() {
    let world = World::new().await;
    world.user(ANA).await;
    let [token, other] = [world.token(ANA).await, world.token(ANA).await];
    let node = world.node(settings());
    node.refresh(&world.call()).await.unwrap();
    world.follow();
    let principal = node.authenticate(&token).await.unwrap();
    world.auth.log_out(&world.call(), &principal).await.unwrap();

    world.elapse_deaf(Duration::from_millis(999));
    world.trace.take();
    node.authenticate(&token).await.expect("what was not heard yet is believed for less than a second");
    assert_eq!(world.trace.take(), [""; 0]);
    world.elapse_deaf(Duration::from_millis(1));
    assert_eq!(refused(node.authenticate(&token).await), "UNAUTHENTICATED");
    node.authenticate(&other).await.unwrap();
    assert_eq!(world.trace.take(), ["sessions.session"; 2]);
    world.follow();
    assert_eq!(refused(node.authenticate(&token).await), "UNAUTHENTICATED");
    node.authenticate(&other).await.unwrap();
    assert_eq!(world.trace.take(), [""; 0]);
    world.finish().await;
}

#[tokio::test]
async fn a_later_epoch_of_its_user_ends_a_token_though_nothing_was_heard() {
    let world = World::new().await;
    world.user(ANA).await;
    let token = world.token(ANA).await;
    world.change(ANA, |user| user.epoch += 1).await;
    world.elapse_deaf(Duration::from_secs(1));
    assert_eq!(refused(world.auth.authenticate(&token).await), "UNAUTHENTICATED");
    world.finish().await;
}

#[tokio::test]
async fn a_token_says_from_when_it_should_be_renewed() {
    let world = World::new().await;
    world.user(ANA).await;
    let principal = world.principal(&world.token(ANA).await).await;
    assert_eq!(principal.renew_from, Some(world.source.now().plus(Duration::from_mins(12))));
    world.finish().await;
}

#[tokio::test]
async fn what_is_no_token_or_was_changed_is_refused_without_a_question() {
    let world = World::new().await;
    world.user(ANA).await;
    let token = world.token(ANA).await;
    world.trace.take();
    for changed in
        [String::new(), "nonsense".to_owned(), format!("{token}1"), token.replacen(".0.", ".1.", 1)]
    {
        assert_eq!(refused(world.auth.authenticate(&changed).await), "UNAUTHENTICATED", "{changed}");
    }
    assert_eq!(world.trace.take(), [""; 0]);
    world.finish().await;
}

#[tokio::test]
async fn an_unknown_key_makes_a_node_look_again_once_in_ten_seconds() {
    let world = World::new().await;
    world.user(ANA).await;
    let token = world.token(ANA).await;
    let forged = by_unknown_key(&world, &token);
    world.elapse(Duration::from_secs(10));
    world.trace.take();
    for (wait, looks) in [(0, 1), (0, 1), (9_999, 1), (1, 2), (5_000, 2), (5_000, 3)] {
        world.elapse(Duration::from_millis(wait));
        assert_eq!(refused(world.auth.authenticate(&forged).await), "UNAUTHENTICATED");
        assert_eq!(world.trace.count("keys.signing_keys"), looks);
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_unknown_keys_at_once_make_a_node_look_again_once() {
    let world = World::new().await;
    world.user(ANA).await;
    let token = world.token(ANA).await;
    world.elapse(Duration::from_secs(10));
    world.trace.take();
    let forged: Vec<String> = (0..50).map(|_| by_unknown_key(&world, &token)).collect();
    at_once(forged.into_iter().map(|forged| {
        let auth = world.auth.clone();
        async move { auth.authenticate(&forged).await.unwrap_err() }
    }))
    .await;
    assert_eq!(world.trace.count("keys.signing_keys"), 1);
    world.finish().await;
}

#[tokio::test]
async fn a_key_another_node_made_meanwhile_is_learned_by_the_token_that_names_it() {
    let world = World::new().await;
    world.user(ANA).await;
    let pem = Settings { private_keys: vec![Secret::new("PRIVATE KEY of the operator")], ..settings() };
    let node = world.node(pem);
    node.refresh(&world.call()).await.unwrap();
    let token = world.token(ANA).await;
    assert!(node.authenticate(&token).await.is_ok(), "what the store knows is believed beside the given key");

    world.elapse(Duration::from_hours(2160));
    world.refresh().await;
    world.elapse(Duration::from_hours(1));
    world.refresh().await;
    let newer = world.token(ANA).await;
    assert_ne!(kid(&newer), kid(&token));
    assert!(node.authenticate(&newer).await.is_ok(), "without a refresh");
    world.finish().await;
}

#[tokio::test]
async fn a_node_that_was_never_refreshed_believes_nobody() {
    let world = World::new().await;
    world.user(ANA).await;
    let token = world.token(ANA).await;
    let cold = world.node(settings());
    assert_eq!(refused(cold.authenticate(&token).await), "UNAUTHENTICATED");
    world.finish().await;
}
