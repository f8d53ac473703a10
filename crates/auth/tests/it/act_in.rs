use saaskit_kernel::TenantId;

use crate::world::{World, fresh_token, refused};

const ANA: &str = "ana@example.org";

#[tokio::test]
async fn a_session_acts_in_a_workspace_until_it_leaves_it_and_tokens_say_so() {
    let world = World::new().await;
    world.user(ANA).await;
    let principal = world.principal(&world.token(ANA).await).await;
    assert_eq!(principal.tenant, None);
    let tenant: TenantId = world.source.id();
    let fresh = world.auth.act_in(&world.call(), &principal, Some(tenant)).await.unwrap();
    let inside = world.principal(&fresh_token(fresh)).await;
    assert_eq!((inside.session, inside.tenant), (principal.session, Some(tenant)));
    assert_eq!(inside.authenticated_at, principal.authenticated_at, "entering proves nothing");
    let entry = world.memory.audit().pop().unwrap();
    assert_eq!((entry.action.name, entry.tenant), ("auth.enter_tenant", Some(tenant)));

    let fresh = world.auth.act_in(&world.call(), &inside, None).await.unwrap();
    assert_eq!(world.principal(&fresh_token(fresh)).await.tenant, None);
    let entry = world.memory.audit().pop().unwrap();
    assert_eq!((entry.action.name, entry.tenant), ("auth.leave_tenant", Some(tenant)));
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
