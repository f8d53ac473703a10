use std::time::Duration;

use saaskit_kernel::{Principal, Secret};

use crate::world::{PASSWORD, World, fresh_token, refused};

const ANA: &str = "ana@example.org";
const WRONG: &str = "Wrong-horse-7";

async fn step_up(world: &World, principal: &Principal, password: &str) -> Result<String, &'static str> {
    let answer = world.auth.step_up(&world.call(), principal, &Secret::new(password), None).await;
    match answer {
        Ok(goes_on) => Ok(fresh_token(goes_on)),
        refusal => Err(refused(refusal)),
    }
}

#[tokio::test]
async fn the_password_proves_again_and_the_chain_remembers_it() {
    let world = World::new().await;
    world.user(ANA).await;
    let tokens = world.tokens(ANA).await;
    let principal = world.principal(tokens.access.secret.expose()).await;
    world.elapse(Duration::from_mins(10));
    let fresh = step_up(&world, &principal, PASSWORD).await.unwrap();
    let proved = world.principal(&fresh).await;
    assert_eq!((proved.session, proved.authenticated_at), (principal.session, world.source.now()));
    assert_eq!(world.audited().last(), Some(&("auth.step_up", "success")));
    let renewed = world.renew(&world.call(), &tokens.refresh, None).await.unwrap();
    let renewed = world.principal(renewed.access.secret.expose()).await;
    assert_eq!(renewed.authenticated_at, proved.authenticated_at);
    world.finish().await;
}

#[tokio::test]
async fn wrong_passwords_are_counted_with_those_of_signing_in() {
    let world = World::new().await;
    world.user(ANA).await;
    let principal = world.principal(&world.token(ANA).await).await;
    for _ in 0..3 {
        assert_eq!(step_up(&world, &principal, WRONG).await, Err("CREDENTIALS_INVALID"));
    }
    assert_eq!(world.audited().last(), Some(&("auth.step_up", "refused")));
    for _ in 0..2 {
        assert_eq!(refused(world.log_in(ANA, WRONG).await), "CREDENTIALS_INVALID");
    }
    assert_eq!(step_up(&world, &principal, PASSWORD).await, Err("CREDENTIALS_INVALID"), "it is locked");
    world.elapse(Duration::from_mins(15));
    assert!(step_up(&world, &principal, PASSWORD).await.is_ok());
    world.work().await;
    world.finish().await;
}

#[tokio::test]
async fn an_ended_session_proves_nothing() {
    let world = World::new().await;
    world.user(ANA).await;
    let principal = world.principal(&world.token(ANA).await).await;
    world.auth.log_out(&world.call(), &principal).await.unwrap();
    world.trace.take();
    assert_eq!(step_up(&world, &principal, PASSWORD).await, Err("UNAUTHENTICATED"));
    assert_eq!(world.trace.count("hasher.verify"), 0);
    world.finish().await;
}
