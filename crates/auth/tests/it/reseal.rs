use std::time::Duration;

use saaskit_auth::port::Keys;
use saaskit_auth::write::{AuthWrite, KeptSecret, KeyWrite};
use saaskit_auth::{Auth, SigningKey};
use saaskit_kernel::{Commit, CommitError, Sealed};

use crate::world::{PASSWORD, World, credentials, refused, tokens};

const ANA: &str = "ana@example.org";

/// A world whose secrets are sealed by key 1: the installation's, and one a signing key that is published.
async fn world() -> World {
    let world = World::new().await;
    world.user(ANA).await;
    world.elapse(SigningKey::SIGNS_FOR - SigningKey::PUBLISHED_BEFORE);
    world.refresh().await;
    assert_eq!(world.memory.signing_keys().await.unwrap().len(), 2);
    world
}

async fn seals(world: &World) -> Vec<Sealed> {
    let keys = world.memory.signing_keys().await.unwrap();
    let installation = world.memory.installation().await.unwrap().unwrap();
    keys.into_iter().map(|key| key.private).chain([installation]).collect()
}

/// It starts, knows who was signed in and signs in itself.
async fn works(world: &World, node: &Auth, before: &str) {
    node.refresh(&world.call()).await.unwrap();
    node.authenticate(before).await.unwrap();
    let signed_in = node.log_in(&world.call(), credentials(ANA, PASSWORD)).await.unwrap();
    world.auth.authenticate(tokens(signed_in).access.secret.expose()).await.unwrap();
}

#[tokio::test]
async fn what_an_older_key_sealed_is_sealed_anew_and_the_older_key_can_go() {
    let world = world().await;
    let token = world.token(ANA).await;
    let secret = *world.auth.installation().unwrap().expose();
    let rotated = world.node_with_ring(&[2, 1]);
    assert_eq!(refused(world.node_with_ring(&[2]).refresh(&world.call()).await), "INTERNAL");
    assert_eq!(
        (world.auth.sealed_by_others().await.unwrap(), rotated.sealed_by_others().await.unwrap()),
        (0, 3)
    );

    assert_eq!(rotated.reseal().await.unwrap(), 3);
    assert_eq!(rotated.sealed_by_others().await.unwrap(), 0);
    let alone = world.node_with_ring(&[2]);
    works(&world, &alone, &token).await;
    assert_eq!(*alone.installation().unwrap().expose(), secret);
    world.elapse(SigningKey::PUBLISHED_BEFORE);
    let token = world.token(ANA).await;
    works(&world, &alone, &token).await;
    world.finish().await;
}

#[tokio::test]
async fn what_the_first_key_sealed_is_left_as_it_is() {
    let world = world().await;
    let before = seals(&world).await;
    world.trace.take();
    assert_eq!(
        (world.auth.reseal().await.unwrap(), world.node_with_ring(&[1, 2]).reseal().await.unwrap()),
        (0, 0)
    );
    assert_eq!(seals(&world).await, before);
    assert!(!world.trace.take().iter().any(|line| line.starts_with("commit")));
    world.finish().await;
}

#[tokio::test]
async fn whoever_seals_anew_at_the_same_time_the_secrets_stay() {
    let world = world().await;
    let secret = *world.auth.installation().unwrap().expose();
    let nodes = [world.node_with_ring(&[2, 1]), world.node_with_ring(&[2, 1])];
    let faster: Sealed = Sealed::from_bytes(b"\0\0\0\0\0\0\0\x02 by the other node".to_vec());
    let from = world.memory.installation().await.unwrap().unwrap();
    let reseal =
        KeyWrite::Reseal { secret: KeptSecret::Installation, from: from.clone(), to: faster.clone() };
    world.recorder.somebody_is_faster(Commit::new().write(AuthWrite::Key(reseal)));
    nodes[0].reseal().await.unwrap();
    assert_eq!(world.memory.installation().await.unwrap().unwrap(), faster);
    let back = KeyWrite::Reseal { secret: KeptSecret::Installation, from: faster, to: from };
    world.ports.store.commit(Commit::new().write(AuthWrite::Key(back))).await.unwrap();

    assert_eq!(nodes[1].reseal().await.unwrap(), 1);
    let alone = world.node_with_ring(&[2]);
    alone.refresh(&world.call()).await.unwrap();
    assert_eq!(*alone.installation().unwrap().expose(), secret);
    world.finish().await;
}

/// While servers are replaced one after the other, some have the new key first and some the old one.
#[tokio::test]
async fn nodes_that_disagree_on_the_first_key_can_all_open_what_the_others_sealed() {
    let world = world().await;
    let [old, new] = [world.node_with_ring(&[1, 2]), world.node_with_ring(&[2, 1])];
    let token = world.token(ANA).await;
    for _ in 0..2 {
        for node in [&new, &old] {
            assert_eq!(node.reseal().await.unwrap(), 3);
            for started in [[1, 2], [2, 1]] {
                works(&world, &world.node_with_ring(&started), &token).await;
            }
        }
    }
    assert_eq!(new.reseal().await.unwrap(), 3);
    works(&world, &world.node_with_ring(&[2]), &token).await;
    world.finish().await;
}

#[tokio::test]
async fn what_can_not_be_opened_is_left_and_counted_and_the_rest_is_sealed_anew() {
    let world = world().await;
    let from = world.memory.signing_keys().await.unwrap().remove(0).private;
    let lost = KeyWrite::Reseal { secret: KeptSecret::Key(1), from, to: Sealed::from_bytes(vec![9; 40]) };
    world.ports.store.commit(Commit::new().write(AuthWrite::Key(lost))).await.unwrap();
    let node = world.node_with_ring(&[2, 1]);
    assert_eq!(node.reseal().await.unwrap(), 2);
    assert_eq!(node.sealed_by_others().await.unwrap(), 1);
    world.finish().await;
}

#[tokio::test]
async fn a_store_that_fails_leaves_the_old_seals() {
    let world = world().await;
    let (before, node) = (seals(&world).await, world.node_with_ring(&[2, 1]));
    world.recorder.fail_next(CommitError::Unknown);
    node.reseal().await.unwrap_err();
    assert_eq!(seals(&world).await, before);
    world.elapse(Duration::from_hours(1));
    assert_eq!(node.reseal().await.unwrap(), 3);
    world.finish().await;
}
