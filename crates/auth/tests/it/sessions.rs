use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use saaskit_auth::{Auth, Ports, Tokens};
use saaskit_kernel::{ErrorKind, GeoIp, Place, PortError, Principal, Secret, SessionId};
use saaskit_memory::MemoryGeoIp;

use crate::world::{PASSWORD, World, fresh_token, refused, settings};

const ANA: &str = "ana@example.org";
const EVA: &str = "eva@example.org";

async fn of(world: &World, tokens: &Tokens) -> Principal {
    world.principal(tokens.access.secret.expose()).await
}

async fn listed(world: &World, principal: &Principal) -> Vec<SessionId> {
    world.auth.sessions(principal).await.unwrap().into_iter().map(|sheet| sheet.session.id).collect()
}

#[tokio::test]
async fn the_list_shows_what_lives_newest_first_and_nobody_elses() {
    let world = World::new().await;
    world.user(ANA).await;
    world.user(EVA).await;
    let idle = world.cookie(ANA).await;
    world.elapse(Duration::from_hours(24 * 10));
    let [phone, laptop] =
        [of(&world, &world.tokens(ANA).await).await, of(&world, &world.tokens(ANA).await).await];
    let eva = of(&world, &world.tokens(EVA).await).await;
    let browser = world.auth.authenticate_cookie(idle.expose()).await.unwrap();
    world.auth.log_out(&world.call(), &laptop).await.unwrap();
    assert_eq!(listed(&world, &phone).await, [phone.session, browser.session]);
    assert_eq!(listed(&world, &eva).await, [eva.session]);
    world.elapse(Duration::from_hours(24 * 14));
    assert_eq!(listed(&world, &phone).await, [phone.session], "the idle one is over");
    world.finish().await;
}

#[derive(Debug, Default)]
struct NoAnswer(AtomicU32);

#[async_trait]
impl GeoIp for NoAnswer {
    async fn place(&self, _: IpAddr) -> Result<Option<Place>, PortError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Err(PortError::new(ErrorKind::TimedOut, "nowhere"))
    }
}

async fn places(world: &World, geo: Arc<dyn GeoIp>, principal: &Principal) -> Vec<Option<Place>> {
    let auth = Auth::new(Ports { geo, ..world.ports.clone() }, settings());
    auth.sessions(principal).await.unwrap().into_iter().map(|sheet| sheet.place).collect()
}

#[tokio::test]
async fn a_session_has_the_place_of_its_address_and_the_list_is_there_without_places() {
    let world = World::new().await;
    world.user(ANA).await;
    let own = of(&world, &world.tokens(ANA).await).await;
    world.tokens(ANA).await;
    let place = Place { country: Some("RO".to_owned()), ..Place::default() };
    let known = MemoryGeoIp::from_iter([(world.call().ip.unwrap(), place.clone())]);
    assert_eq!(places(&world, Arc::new(known), &own).await, [Some(place.clone()), Some(place)]);
    let silent = Arc::new(NoAnswer::default());
    assert_eq!(places(&world, silent.clone(), &own).await, [None, None]);
    assert_eq!(silent.0.load(Ordering::SeqCst), 1, "who does not answer is not asked again and again");
    world.finish().await;
}

#[tokio::test]
async fn a_session_is_ended_from_another_one_at_once() {
    let world = World::new().await;
    world.user(ANA).await;
    let [own, lost] = [world.tokens(ANA).await, world.tokens(ANA).await];
    let [principal, other] = [of(&world, &own).await, of(&world, &lost).await];
    world.auth.end_session(&world.call(), &principal, other.session).await.unwrap();
    assert_eq!(refused(world.auth.authenticate(lost.access.secret.expose()).await), "UNAUTHENTICATED");
    assert_eq!(refused(world.renew(&world.call(), &lost.refresh, None).await), "REFRESH_INVALID");
    of(&world, &own).await;
    let entry = world.memory.audit().pop().unwrap();
    assert_eq!((entry.action.name, entry.resource), ("auth.end_session", Some(other.session.to_string())));
    let again = world.auth.end_session(&world.call(), &principal, other.session).await;
    assert_eq!(refused(again), "SESSION_NOT_FOUND");
    world.finish().await;
}

#[tokio::test]
async fn for_anybody_else_there_is_no_such_session() {
    let world = World::new().await;
    world.user(ANA).await;
    world.user(EVA).await;
    let eva = world.tokens(EVA).await;
    let [ana, theirs] = [of(&world, &world.tokens(ANA).await).await, of(&world, &eva).await];
    for id in [theirs.session, world.source.id()] {
        assert_eq!(refused(world.auth.end_session(&world.call(), &ana, id).await), "SESSION_NOT_FOUND");
    }
    of(&world, &eva).await;
    world.finish().await;
}

#[tokio::test]
async fn all_but_ones_own_are_ended_and_it_goes_on_by_a_fresh_token() {
    let world = World::new().await;
    world.user(ANA).await;
    let [own, other] = [world.tokens(ANA).await, world.tokens(ANA).await];
    let cookie = world.cookie(ANA).await;
    world.auth.authenticate_cookie(cookie.expose()).await.unwrap();
    let principal = of(&world, &own).await;
    let fresh = fresh_token(world.auth.end_other_sessions(&world.call(), &principal).await.unwrap());

    assert_eq!(world.principal(&fresh).await.session, principal.session);
    for token in [&own, &other] {
        let answer = world.auth.authenticate(token.access.secret.expose()).await;
        assert_eq!(refused(answer), "UNAUTHENTICATED");
    }
    assert_eq!(refused(world.auth.authenticate_cookie(cookie.expose()).await), "UNAUTHENTICATED");
    assert_eq!(refused(world.renew(&world.call(), &other.refresh, None).await), "REFRESH_INVALID");
    world.renew(&world.call(), &own.refresh, None).await.unwrap();
    assert_eq!(listed(&world, &principal).await, [principal.session]);
    world.tokens(ANA).await;
    world.finish().await;
}

#[tokio::test]
async fn ending_sessions_needs_a_recent_proof_and_listing_does_not() {
    let world = World::new().await;
    world.user(ANA).await;
    let principal = of(&world, &world.tokens(ANA).await).await;
    world.elapse(Duration::from_millis(5 * 60_000 + 1));
    assert_eq!(listed(&world, &principal).await, [principal.session]);
    let one = world.auth.end_session(&world.call(), &principal, principal.session).await;
    assert_eq!(refused(one), "STEP_UP_REQUIRED");
    assert_eq!(refused(world.auth.end_other_sessions(&world.call(), &principal).await), "STEP_UP_REQUIRED");
    let proved = world.auth.step_up(&world.call(), &principal, &Secret::new(PASSWORD), None).await.unwrap();
    let principal = world.principal(&fresh_token(proved)).await;
    world.auth.end_other_sessions(&world.call(), &principal).await.unwrap();
    world.finish().await;
}
