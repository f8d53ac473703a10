use std::time::Duration;

use saaskit_auth::claims::AccessClaims;
use saaskit_auth::port::TokenSigner;
use saaskit_gateway::port::Authenticator;
use saaskit_stories::Credentials;

use crate::world::World;

async fn signed(world: &World) -> (AccessClaims, String) {
    world.auth.refresh(&world.call()).await.unwrap();
    let now = world.source.now();
    let claims = AccessClaims {
        user: world.source.id(),
        session: world.source.id(),
        epoch: 0,
        tenant: None,
        issued_at: now,
        expires_at: now.plus(AccessClaims::LIFE),
        authenticated_at: now,
        methods: vec!["pwd".to_owned()],
        token_id: "one".to_owned(),
    };
    let token = world.signer.sign(&claims).unwrap();
    world.follower.follow().await.unwrap();
    (claims, token.expose().to_owned())
}

#[tokio::test]
async fn the_door_believes_whom_auth_believes() {
    let world = World::new();
    let (claims, token) = signed(&world).await;
    let door = Credentials(world.auth.clone());
    let principal = door.bearer(&token).await.unwrap();
    let AccessClaims { user, session, authenticated_at, .. } = claims;
    assert_eq!(
        (principal.user, principal.session, principal.authenticated_at),
        (user, session, authenticated_at)
    );
    world.finish().await;
}

#[tokio::test]
async fn the_door_tells_auths_own_reason() {
    let world = World::new();
    let (_, token) = signed(&world).await;
    let door = Credentials(world.auth.clone());
    let refusal = door.bearer("nonsense").await.unwrap_err();
    assert_eq!(refusal.code().name(), "UNAUTHENTICATED");
    let principal = door.bearer(&token).await.unwrap();
    world.auth.log_out(&world.call(), &principal).await.unwrap();
    assert_eq!(door.bearer(&token).await.unwrap_err().code().name(), "UNAUTHENTICATED");
    world.clock.advance(AccessClaims::LIFE + Duration::from_secs(1));
    assert_eq!(door.bearer(&token).await.unwrap_err().code().name(), "TOKEN_EXPIRED");
    world.finish().await;
}
