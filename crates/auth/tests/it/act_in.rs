use saaskit_kernel::TenantId;

use crate::world::{World, refused};

const ANA: &str = "ana@example.org";

#[tokio::test]
async fn a_session_acts_in_a_workspace_until_it_leaves_it_and_tokens_say_so() {
    let world = World::new().await;
    world.user(ANA).await;
    let principal = world.principal(&world.token(ANA).await).await;
    assert_eq!(principal.tenant, None);
    let tenant: TenantId = world.source.id();
    let fresh = world.auth.act_in(&world.call(), &principal, Some(tenant)).await.unwrap().unwrap();
    let inside = world.principal(fresh.secret.expose()).await;
    assert_eq!((inside.session, inside.tenant), (principal.session, Some(tenant)));
    assert_eq!(inside.authenticated_at, principal.authenticated_at, "entering proves nothing");
    let entry = world.memory.audit().pop().unwrap();
    assert_eq!((entry.action.name, entry.tenant), ("auth.enter_tenant", Some(tenant)));

    let fresh = world.auth.act_in(&world.call(), &inside, None).await.unwrap().unwrap();
    assert_eq!(world.principal(fresh.secret.expose()).await.tenant, None);
    let entry = world.memory.audit().pop().unwrap();
    assert_eq!((entry.action.name, entry.tenant), ("auth.leave_tenant", Some(tenant)));
    world.finish().await;
}

#[tokio::test]
async fn a_cookie_acts_there_at_once_without_being_changed() {
    let world = World::new().await;
    world.user(ANA).await;
    let cookie = world.cookie(ANA).await;
    let principal = world.auth.authenticate_cookie(cookie.expose()).await.unwrap();
    let tenant: TenantId = world.source.id();
    assert!(world.auth.act_in(&world.call(), &principal, Some(tenant)).await.unwrap().is_none());
    let inside = world.auth.authenticate_cookie(cookie.expose()).await.unwrap();
    assert_eq!(inside.tenant, Some(tenant));
    world.finish().await;
}

#[tokio::test]
async fn an_ended_session_enters_nothing() {
    let world = World::new().await;
    world.user(ANA).await;
    let principal = world.principal(&world.token(ANA).await).await;
    world.auth.log_out(&world.call(), &principal).await.unwrap();
    let answer = world.auth.act_in(&world.call(), &principal, Some(world.source.id())).await;
    assert_eq!(refused(answer), "UNAUTHENTICATED");
    world.finish().await;
}
