use saaskit_auth::port::Sessions;
use saaskit_auth::write::{AuthWrite, SessionWrite};
use saaskit_auth::{GoesOn, Method, Session};
use saaskit_gateway::port::Authenticator;
use saaskit_kernel::{Commit, Principal, Store};
use saaskit_stories::{Credentials, EnterTenant};

use crate::world::World;

#[tokio::test]
async fn whoever_is_in_a_workspace_has_their_session_act_in_it_by_token_and_by_cookie() {
    let world = World::new();
    world.auth.refresh(&world.call()).await.unwrap();
    let (user, _) = world.ana(None).await;
    let door = Credentials(world.auth.clone());
    let enter = EnterTenant { auth: world.auth.clone(), tenants: world.tenants.clone() };
    let secret = world.source.token();
    let now = world.source.now();
    let start = |cookie| Session {
        cookie,
        ..Session::start(world.source.id(), &user, Method::Password, &world.call(), now)
    };
    let sessions = [start(None), start(Some(secret.hash()))];
    let owner = Principal::new(user.id, sessions[0].id, now);
    let tenant = world.tenant(&owner, "Acme").await;
    for session in sessions {
        let by = Principal { session: session.id, cookie: session.cookie, ..owner.clone() };
        let by_cookie = session.cookie.is_some();
        let write = AuthWrite::Session(SessionWrite::Start(session));
        world.memory.commit(Commit::new().write(write)).await.unwrap();
        let inside = world.tenants.enter(&world.call(), &by, tenant.id).await.unwrap();
        let fresh = enter.enter(&world.call(), &by, &inside).await.unwrap();
        let entered = match fresh {
            GoesOn::ByToken(token) => door.bearer(token.secret.expose()).await.unwrap(),
            GoesOn::ByCookie { secret, .. } => door.cookie(secret.expose()).await.unwrap(),
        };
        assert_eq!((entered.session, entered.tenant), (by.session, Some(tenant.id)));
        assert_eq!(entered.renew_from.is_none(), by_cookie);
        let (stored, _) = world.memory.session(by.session).await.unwrap().unwrap();
        assert_eq!(stored.tenant, Some(tenant.id));
    }
    assert_eq!(door.cookie("nonsense").await.unwrap_err().code().name(), "UNAUTHENTICATED");
    world.work().await;
    world.finish().await;
}
