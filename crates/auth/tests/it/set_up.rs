use saaskit_auth::SetUp;
use saaskit_kernel::{Actor, Call, Secret};

use crate::world::{PASSWORD, World, at_once, faults, refused, settings};

const OPS: &str = "ops@example.org";

fn ask(token: &Secret, email: &str) -> SetUp {
    SetUp {
        token: token.clone(),
        email: email.to_owned(),
        password: Secret::new(PASSWORD),
        name: Some("Ops".to_owned()),
    }
}

async fn link(world: &World) -> Secret {
    world.auth.set_up_token().await.unwrap().expect("a link while there is no operator")
}

#[tokio::test]
async fn the_link_makes_an_operator_who_may_sign_in_at_once() {
    let world = World::new().await;
    let token = link(&world).await;
    world.auth.set_up(&world.call(), ask(&token, OPS)).await.unwrap();
    let user = world.stored(OPS).await.unwrap();
    assert!(user.super_admin && user.verified_at.is_some());
    assert_eq!(user.name.unwrap().as_str(), "Ops");
    assert_eq!(world.audited().last(), Some(&("auth.set_up", "success")));
    world.log_in(OPS, PASSWORD).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn it_works_once() {
    let world = World::new().await;
    let token = link(&world).await;
    world.auth.set_up(&world.call(), ask(&token, OPS)).await.unwrap();
    assert_eq!(
        refused(world.auth.set_up(&world.call(), ask(&token, "eva@example.org")).await),
        "ALREADY_SET_UP"
    );
    assert!(world.auth.set_up_token().await.unwrap().is_none());
    assert_eq!(world.stored("eva@example.org").await, None);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_at_once_one_succeeds() {
    let world = World::new().await;
    let token = link(&world).await;
    let answers = at_once((0..20).map(|number| {
        let (auth, call, ask) =
            (world.auth.clone(), world.call(), ask(&token, &format!("ops{number}@example.org")));
        async move { auth.set_up(&call, ask).await }
    }))
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refusal in answers.into_iter().filter(Result::is_err) {
        assert_eq!(refused(refusal), "ALREADY_SET_UP");
    }
    world.finish().await;
}

#[tokio::test]
async fn a_wrong_token_makes_nobody_and_does_not_use_the_link_up() {
    let world = World::new().await;
    let token = link(&world).await;
    let longer = format!("{}a", token.expose());
    for wrong in ["", "nonsense", &token.expose()[1..], &longer, world.source.token().to_secret().expose()] {
        let answer = world.auth.set_up(&world.call(), ask(&Secret::new(wrong), OPS)).await;
        assert_eq!(refused(answer), "TOKEN_INVALID", "{wrong:?}");
    }
    assert_eq!(world.stored(OPS).await, None);
    world.auth.set_up(&world.call(), ask(&token, OPS)).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn a_refused_try_is_written_down() {
    let world = World::new().await;
    let answer = world.auth.set_up(&world.call(), ask(&Secret::new("wrong"), OPS)).await;
    assert_eq!(refused(answer), "TOKEN_INVALID");
    assert_eq!(world.audited().last(), Some(&("auth.set_up", "refused")));
    world.finish().await;
}

#[tokio::test]
async fn who_registered_the_operator_s_address_before_and_never_proved_it_is_wiped() {
    let world = World::new().await;
    let squatted = world.letter(OPS).await;
    world
        .auth
        .set_up(
            &world.call(),
            SetUp { password: Secret::new("Another-horse-8"), ..ask(&link(&world).await, OPS) },
        )
        .await
        .unwrap();
    assert!(world.stored(OPS).await.unwrap().super_admin);
    assert_eq!(refused(world.verify(&squatted).await), "TOKEN_INVALID");
    assert_eq!(refused(world.log_in(OPS, PASSWORD).await), "CREDENTIALS_INVALID");
    world.log_in(OPS, "Another-horse-8").await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn an_account_whose_address_is_proved_is_not_taken_over() {
    let world = World::new().await;
    let owner = world.user(OPS).await;
    let answer = world.auth.set_up(&world.call(), ask(&link(&world).await, OPS)).await;
    assert_eq!(refused(answer), "EMAIL_TAKEN");
    assert_eq!(world.stored(OPS).await, Some(owner));
    world.finish().await;
}

#[tokio::test]
async fn faults_of_the_fields_do_not_use_the_link_up_and_are_told_only_to_who_has_it() {
    let world = World::new().await;
    let token = link(&world).await;
    let weak = |token: &Secret| SetUp { password: Secret::new("Short-1"), ..ask(token, OPS) };
    assert_eq!(refused(world.auth.set_up(&world.call(), weak(&Secret::new("wrong"))).await), "TOKEN_INVALID");
    let answer = world.auth.set_up(&world.call(), weak(&token)).await;
    assert_eq!(faults(answer), [("password", "PASSWORD_TOO_SHORT")]);
    world.auth.set_up(&world.call(), ask(&token, OPS)).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn an_operator_made_on_the_machine_ends_the_link() {
    let world = World::new().await;
    let token = link(&world).await;
    let call = Call::of_operator(&world.source);
    world.auth.create_admin(&call, OPS, &Secret::new(PASSWORD), None).await.unwrap();
    assert!(world.auth.set_up_token().await.unwrap().is_none());
    let answer = world.auth.set_up(&world.call(), ask(&token, "eva@example.org")).await;
    assert_eq!(refused(answer), "ALREADY_SET_UP");
    world.finish().await;
}

#[tokio::test]
async fn every_node_prints_the_same_link_and_no_other_installation_does() {
    let world = World::new().await;
    let node = world.node(settings());
    node.refresh(&world.call()).await.unwrap();
    let token = link(&world).await;
    assert_eq!(node.set_up_token().await.unwrap().unwrap().expose(), token.expose());

    let other = World::cold(settings());
    other.source.token();
    other.refresh().await;
    assert_ne!(link(&other).await.expose(), token.expose());
    world.finish().await;
}

#[tokio::test]
async fn an_operator_is_made_on_the_machine_and_that_is_written_down() {
    let world = World::new().await;
    let call = Call::of_operator(&world.source);
    let id = world.auth.create_admin(&call, OPS, &Secret::new(PASSWORD), Some("Ops")).await.unwrap();
    let user = world.stored(OPS).await.unwrap();
    assert!(user.id == id && user.super_admin && user.verified_at.is_some());
    let entry = world.memory.audit().pop().unwrap();
    assert_eq!((entry.action.name, entry.actor), ("auth.create_admin", Actor::Operator));
    assert_eq!(entry.resource, Some(id.to_string()));
    world.log_in(OPS, PASSWORD).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn an_operators_account_obeys_the_rules_of_all_accounts() {
    let world = World::new().await;
    world.user("ana@example.org").await;
    let call = Call::of_operator(&world.source);
    let taken = world.auth.create_admin(&call, "ANA@example.org", &Secret::new(PASSWORD), None).await;
    assert_eq!(refused(taken), "EMAIL_TAKEN");
    let weak = world.auth.create_admin(&call, OPS, &Secret::new("Short-1"), None).await;
    assert_eq!(faults(weak), [("password", "PASSWORD_TOO_SHORT")]);
    assert!(!world.stored("ana@example.org").await.unwrap().super_admin);
    world.finish().await;
}
