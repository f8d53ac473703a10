use saaskit_auth::{AuthError, Profile, User};
use saaskit_kernel::{Locale, Name, Principal, Version};

use crate::world::{World, faults, refused, saving};

const ANA: &str = "ana@example.org";

fn profile(name: Option<&str>, locale: &str) -> Profile {
    Profile { name: name.map(str::to_owned), locale: locale.to_owned() }
}

async fn signed_in(world: &World) -> Principal {
    world.user(ANA).await;
    world.principal(&world.token(ANA).await).await
}

async fn update(
    world: &World,
    principal: &Principal,
    profile: &Profile,
    version: Option<Version>,
) -> Result<User, AuthError> {
    world.auth.update_profile(&world.call(), principal, profile, version).await
}

#[tokio::test]
async fn an_owner_says_what_the_account_says_of_them() {
    let world = World::new().await;
    let principal = signed_in(&world).await;
    let shown = update(&world, &principal, &profile(Some(" Ana Pop "), "de-AT"), None).await.unwrap();
    let stored = world.stored(ANA).await.unwrap();
    assert_eq!(shown, stored);
    assert_eq!((stored.name.unwrap().as_str(), stored.locale), ("Ana Pop", Locale::De));
    let entry = world.memory.audit().pop().unwrap();
    assert_eq!(entry.action.name, "auth.update_profile");
    assert!(!format!("{entry:?}").contains("Ana"), "a name is personal and the log is kept");

    let bare = update(&world, &principal, &profile(None, "en"), None).await.unwrap();
    assert_eq!((bare.name, bare.locale), (None, Locale::En));
    world.finish().await;
}

#[tokio::test]
async fn a_change_meant_for_another_version_changes_nothing() {
    let world = World::new().await;
    let principal = signed_in(&world).await;
    let seen = world.stored(ANA).await.unwrap().version;
    update(&world, &principal, &profile(Some("Ana"), "en"), Some(seen)).await.unwrap();
    let late = update(&world, &principal, &profile(Some("Eva"), "en"), Some(seen)).await;
    assert_eq!(refused(late), "PRECONDITION_FAILED");
    assert_eq!(world.stored(ANA).await.unwrap().name.unwrap().as_str(), "Ana");
    world.finish().await;
}

#[tokio::test]
async fn somebody_who_is_faster_makes_the_version_another() {
    let world = World::new().await;
    let principal = signed_in(&world).await;
    let user = world.stored(ANA).await.unwrap();
    let seen = user.version;
    world.recorder.somebody_is_faster(saving(User { name: Name::parse("Eva").ok(), ..user }));
    let late = update(&world, &principal, &profile(Some("Ana"), "en"), Some(seen)).await;
    assert_eq!(refused(late), "PRECONDITION_FAILED");
    world.finish().await;
}

#[tokio::test]
async fn all_faults_are_named_at_once() {
    let world = World::new().await;
    let principal = signed_in(&world).await;
    let answer = update(&world, &principal, &profile(Some("two\nlines"), "tlh"), None).await;
    assert_eq!(faults(answer), [("name", "NAME_INVALID"), ("locale", "LOCALE_UNKNOWN")]);
    world.finish().await;
}
