use std::time::Duration;

use proptest::prelude::*;
use saaskit_auth::claims::AccessClaims;
use saaskit_auth::port::Keys;
use saaskit_auth::{Algorithm, Auth, Settings, SigningKey};
use saaskit_kernel::{Call, Secret};

use crate::world::{PASSWORD, World, at_once, case, credentials, kid, read, refused, settings, tokens};

const ANA: &str = "ana@example.org";
const MINUTE: Duration = Duration::from_mins(1);

/// The ids of the keys a node publishes.
fn published(node: &Auth) -> Vec<String> {
    let keys = node.jwks();
    keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

async fn token(node: &Auth, call: &Call) -> String {
    let signed_in = node.log_in(call, credentials(ANA, PASSWORD)).await.unwrap();
    tokens(signed_in).access.secret.expose().to_owned()
}

fn given(text: &str) -> Settings {
    given_all(&[text])
}

fn given_all(texts: &[&str]) -> Settings {
    Settings { private_keys: texts.iter().copied().map(Secret::new).collect(), ..settings() }
}

#[tokio::test]
async fn the_first_refresh_makes_the_installation_secret_and_one_key_that_signs_at_once() {
    let world = World::cold(settings());
    assert_eq!(refused(world.auth.installation()), "INTERNAL");
    assert_eq!(published(&world.auth), [""; 0]);
    world.refresh().await;

    let keys = world.memory.signing_keys().await.unwrap();
    let [SigningKey { number: 1, algorithm: Algorithm::EdDsa, id, .. }] = keys[..] else {
        panic!("{keys:?}")
    };
    assert_eq!(published(&world.auth), [id.to_string()]);
    assert!(world.memory.installation().await.unwrap().is_some());
    world.user(ANA).await;
    assert_eq!(kid(&world.token(ANA).await), id.to_string());
    let entry = &world.memory.audit()[0];
    assert_eq!((entry.action.name, &entry.resource), ("auth.add_signing_key", &Some(id.to_string())));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_nodes_that_start_at_once_share_one_secret_and_one_key() {
    let world = World::cold(settings());
    let nodes: Vec<Auth> = (0..10).map(|_| world.node(settings())).collect();
    let answers = at_once(nodes.iter().map(|node| {
        let (node, call) = (node.clone(), world.call());
        async move { node.refresh(&call).await }
    }))
    .await;
    for answer in answers {
        answer.unwrap();
    }
    assert_eq!(world.memory.signing_keys().await.unwrap().len(), 1);
    world.refresh().await;
    world.user(ANA).await;
    for node in &nodes {
        assert_eq!(published(node), published(&world.auth));
        assert_eq!(node.installation().unwrap().expose(), world.auth.installation().unwrap().expose());
        let token = token(node, &world.call()).await;
        for other in &nodes {
            other.authenticate(&token).await.unwrap();
        }
    }
    world.finish().await;
}

#[tokio::test]
async fn a_refresh_with_nothing_to_do_writes_nothing() {
    let world = World::new().await;
    world.refresh().await;
    assert!(!world.trace.take().iter().any(|line| line.starts_with("commit")));
    world.finish().await;
}

/// Two nodes over a whole rotation, each refreshing at least every minute: every token is believed everywhere
/// for all of its life, by a key that was published for an hour before it signed.
async fn rotate(ahead: Duration, gaps: &[usize]) {
    let world = World::new().await;
    world.user(ANA).await;
    let node = world.node_ahead(ahead, settings());
    node.refresh(&world.call()).await.unwrap();
    let first = published(&world.auth);
    world.elapse(SigningKey::SIGNS_FOR - SigningKey::PUBLISHED_BEFORE);
    world.refresh().await;
    let announced = world.source.now();
    world.elapse(SigningKey::PUBLISHED_BEFORE - Duration::from_secs(41));

    let mut tokens: Vec<String> = Vec::new();
    let mut gaps = gaps.iter().cycle();
    let mut next = [0, 0];
    for step in 0..60 {
        let now = world.source.now();
        for (node, next) in [&world.auth, &node].into_iter().zip(&mut next) {
            tokens.push(token(node, &world.call()).await);
            if *next == step {
                node.refresh(&world.call()).await.unwrap();
                *next += gaps.next().unwrap();
            }
        }
        tokens.retain(|token| read(token).unwrap().expires_at > now);
        for token in &tokens {
            let AccessClaims { expires_at, issued_at, .. } = read(token).unwrap();
            for (verifier, now) in [(&world.auth, now), (&node, now.plus(ahead))] {
                let believed = verifier.authenticate(token).await.is_ok();
                assert!(believed || expires_at <= now, "made {issued_at}, refused {now}");
            }
            let published_for = issued_at.since(announced);
            assert!(kid(token) == first[0] || published_for >= SigningKey::PUBLISHED_BEFORE);
        }
        world.elapse(MINUTE / 3);
    }
    let last = published(&world.auth);
    assert!(last.len() == 1 && last != first, "the old key is gone: {last:?}");
    assert_eq!(world.memory.signing_keys().await.unwrap().len(), 1);
    world.finish().await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_rotation_is_noticed_by_nobody(
        ahead in prop_oneof![Just(0), 40..60_u64], gaps in prop::collection::vec(1..=3_usize, 4..20),
    ) {
        case(rotate(Duration::from_secs(ahead), &gaps));
    }
}

#[test]
fn a_replaced_key_outlives_its_tokens_where_a_node_noticed_last_and_by_the_slowest_clock() {
    assert!(SigningKey::KEPT_FOR >= AccessClaims::LIFE + MINUTE + AccessClaims::SKEW);
}

#[tokio::test]
async fn the_next_key_is_published_an_hour_before_it_signs_and_the_old_one_until_its_tokens_are_dead() {
    let world = World::new().await;
    world.user(ANA).await;
    let old = published(&world.auth);
    world.elapse(SigningKey::SIGNS_FOR - Duration::from_hours(1) - Duration::from_millis(1));
    world.refresh().await;
    assert_eq!(published(&world.auth), old);

    world.elapse(Duration::from_millis(1));
    world.refresh().await;
    let both = published(&world.auth);
    assert_eq!((both.len(), &both[..1]), (2, &old[..]));
    world.elapse(Duration::from_hours(1) - Duration::from_millis(1));
    world.refresh().await;
    assert_eq!(kid(&world.token(ANA).await), both[0]);
    world.elapse(Duration::from_millis(1));
    world.refresh().await;
    assert_eq!(kid(&world.token(ANA).await), both[1]);

    world.elapse(SigningKey::KEPT_FOR - Duration::from_millis(1));
    world.refresh().await;
    assert_eq!(published(&world.auth), both);
    world.elapse(Duration::from_millis(1));
    world.refresh().await;
    assert_eq!(published(&world.auth), &both[1..]);
    world.finish().await;
}

#[tokio::test]
async fn a_node_that_sleeps_through_a_rotation_catches_up() {
    let world = World::new().await;
    world.user(ANA).await;
    world.elapse(SigningKey::SIGNS_FOR * 3);
    world.refresh().await;
    assert_eq!(published(&world.auth).len(), 2);
    world.principal(&world.token(ANA).await).await;
    world.finish().await;
}

#[tokio::test]
async fn another_algorithm_makes_a_new_key_that_is_published_first() {
    let world = World::new().await;
    world.user(ANA).await;
    let es256 = Settings { algorithm: Algorithm::Es256, ..settings() };
    let node = world.node(es256);
    node.refresh(&world.call()).await.unwrap();
    let keys = world.memory.signing_keys().await.unwrap();
    assert_eq!(
        keys.iter().map(|key| (key.number, key.algorithm)).collect::<Vec<_>>(),
        [(1, Algorithm::EdDsa), (2, Algorithm::Es256)]
    );
    assert_eq!(kid(&token(&node, &world.call()).await), keys[0].id.to_string());
    world.elapse(Duration::from_hours(1));
    node.refresh(&world.call()).await.unwrap();
    let newer = token(&node, &world.call()).await;
    assert_eq!(kid(&newer), keys[1].id.to_string());
    world.auth.authenticate(&newer).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn nodes_that_want_different_algorithms_for_a_while_do_not_flood_the_key_set() {
    let world = World::new().await;
    let node = world.node(Settings { algorithm: Algorithm::Es256, ..settings() });
    for _ in 0..30 {
        node.refresh(&world.call()).await.unwrap();
        world.refresh().await;
        world.elapse(MINUTE);
    }
    assert_eq!(world.memory.signing_keys().await.unwrap().len(), 2);
    world.finish().await;
}

#[tokio::test]
async fn a_given_key_signs_instead_is_called_the_same_on_all_nodes_and_nothing_is_stored() {
    let world = World::with(given("PRIVATE KEY of the operator")).await;
    let node = world.node(given("PRIVATE KEY of the operator"));
    node.refresh(&world.call()).await.unwrap();
    world.user(ANA).await;
    let token = world.token(ANA).await;
    node.authenticate(&token).await.unwrap();
    assert_eq!(
        (published(&world.auth), published(&node)),
        (vec![kid(&token).to_owned()], vec![kid(&token).to_owned()])
    );
    assert_eq!(world.memory.signing_keys().await.unwrap(), []);
    world.finish().await;
}

#[tokio::test]
async fn tokens_of_the_stored_key_are_believed_after_a_key_was_given() {
    let world = World::new().await;
    world.user(ANA).await;
    let before = world.token(ANA).await;
    let node = world.node(given("PRIVATE KEY of the operator"));
    node.refresh(&world.call()).await.unwrap();
    node.authenticate(&before).await.unwrap();
    assert_ne!(kid(&token(&node, &world.call()).await), kid(&before));
    world.finish().await;
}

#[tokio::test]
async fn of_several_given_keys_the_first_signs_and_tokens_of_all_are_believed() {
    let [old, new] = ["PRIVATE KEY of the operator", "PRIVATE KEY of next year"];
    let world = World::with(given(old)).await;
    world.user(ANA).await;
    let by_old = world.token(ANA).await;
    let mut published_then = Vec::new();
    for keys in [[old, new], [new, old]] {
        let node = world.node(given_all(&keys));
        node.refresh(&world.call()).await.unwrap();
        node.authenticate(&by_old).await.unwrap();
        published_then.push((kid(&token(&node, &world.call()).await).to_owned(), published(&node)));
    }
    let [(first, ahead), (second, after)] = &published_then[..] else { unreachable!("two nodes") };
    assert_eq!((first, ahead.len(), after.len()), (&kid(&by_old).to_owned(), 2, 2));
    assert!(first != second && ahead.contains(second), "the next was published before it signed");
    let twice = world.node(given_all(&[new, new]));
    twice.refresh(&world.call()).await.unwrap();
    assert_eq!(published(&twice), std::slice::from_ref(second));
    world.finish().await;
}

#[tokio::test]
async fn a_given_key_that_is_none_is_said_at_the_first_refresh() {
    for keys in [&["nonsense"][..], &["PRIVATE KEY of the operator", "nonsense"]] {
        let world = World::cold(given_all(keys));
        assert_eq!(refused(world.auth.refresh(&world.call()).await), "INTERNAL");
    }
}

#[tokio::test]
async fn the_installation_secret_outlives_every_key() {
    let world = World::new().await;
    let secret = *world.auth.installation().unwrap().expose();
    let keys = published(&world.auth);
    for _ in 0..3 {
        world.elapse(SigningKey::SIGNS_FOR);
        world.refresh().await;
    }
    let node = world.node(settings());
    node.refresh(&world.call()).await.unwrap();
    assert_ne!(published(&node), keys);
    assert_eq!(*node.installation().unwrap().expose(), secret);
    world.finish().await;
}

#[tokio::test]
async fn secrets_are_stored_sealed_each_for_its_own_place() {
    let world = World::new().await;
    let installation = world.memory.installation().await.unwrap().unwrap();
    let key = world.memory.signing_keys().await.unwrap().remove(0);
    let sealer = world.sealer();
    let open = |context: &str, sealed| sealer.open(context, sealed);
    assert_eq!(
        open("auth.installation", &installation).unwrap().as_slice(),
        world.auth.installation().unwrap().expose()
    );
    assert!(open(&SigningKey::seal_context(key.id), &key.private).unwrap().starts_with(b"PRIVATE"));
    assert!(open("auth.installation", &key.private).is_err());
    assert!(open(&SigningKey::seal_context(world.source.id()), &key.private).is_err());
    world.finish().await;
}
