use saaskit_auth::User;
use saaskit_auth::port::{Letter, Letters};
use saaskit_conformance::fixtures::email;
use saaskit_kernel::{Locale, Secret, Store};
use saaskit_notify::Category;
use saaskit_notify::write::{MessageWrite, NotifyWrite};
use saaskit_stories::Links;

use crate::world::{World, links};

#[tokio::test]
async fn the_link_that_proves_an_address_leads_under_the_public_address_with_its_secret() {
    for public_url in ["https://app.example", "https://app.example/", "http://localhost:8080/"] {
        let world = World::at(public_url);
        let (to, _) = world.ana(Some("Ana")).await;
        let token = world.source.token().to_secret();
        let to = User { verified_at: None, ..to };
        let letter = Letter::VerifyEmail { to, token: token.clone() };
        let commit = world.letters.plan(&world.call(), letter).await.unwrap();
        world.work().await;
        assert!(world.mails().is_empty(), "a plan sends nothing");

        world.memory.commit(commit).await.unwrap();
        world.work().await;
        let mails = world.mails();
        let link = format!("{}/verify-email?token={}", public_url.trim_end_matches('/'), token.expose());
        assert_eq!((mails.len(), &mails[0].to.email), (1, &email("ana")));
        assert!(mails[0].text.contains(&link));
        assert!(!mails[0].text.contains("Ana"), "whoever typed the address chose the name too");
        assert_eq!(links(&mails[0]), [link]);
        world.finish().await;
    }
}

#[tokio::test]
async fn whoever_has_an_account_already_gets_no_secret() {
    let world = World::new();
    let (to, _) = world.ana(None).await;
    let commit = world.letters.plan(&world.call(), Letter::AccountExists { to }).await.unwrap();
    let Some(NotifyWrite::Message(MessageWrite::Insert(message))) = commit.writes()[0].of() else {
        panic!("{commit:?}")
    };
    assert_eq!((message.category, message.tenant), (Category::System, None));
    world.memory.commit(commit).await.unwrap();
    world.work().await;
    let mails = world.mails();
    assert_eq!(mails[0].subject, "You already have an account");
    assert_eq!(links(&mails[0]), ["https://app.example/"]);
    assert!(!mails[0].text.contains("token"));
    world.finish().await;
}

#[tokio::test]
async fn a_letters_secret_is_in_nothing_that_is_stored_or_printed() {
    let world = World::new();
    let (to, _) = world.ana(None).await;
    let token = world.source.token().to_secret();
    let letter = Letter::VerifyEmail { to, token: token.clone() };
    let commit = world.letters.plan(&world.call(), letter).await.unwrap();
    let planned = format!("{commit:?}");
    world.memory.commit(commit).await.unwrap();
    let waiting = format!("{:?}", world.memory);
    world.work().await;
    for printed in [planned, waiting, format!("{:?}{:?}", world.memory, world.mails())] {
        assert!(!printed.contains(token.expose()), "{printed}");
    }
    world.finish().await;
}

#[tokio::test]
async fn every_letter_leads_to_its_page_in_its_readers_language() {
    let world = World::new();
    let (ana, _) = world.ana(Some("Ana")).await;
    let to = User { locale: Locale::De, ..ana };
    let (token, until) = (world.source.token().to_secret(), world.source.now());
    let (new, old) = (email("new"), email("old"));
    let (page, home) = (|page: &str| format!("{page}?token={}", token.expose()), || String::new());
    let letters = [
        (Letter::ResetPassword { to: to.clone(), token: token.clone() }, "ana", Some(page("reset-password"))),
        (Letter::PasswordChanged { to: to.clone() }, "ana", Some(home())),
        (Letter::Locked { to: to.clone(), token: token.clone(), until }, "ana", Some(page("unlock"))),
        (Letter::PasswordDisabled { to: to.clone() }, "ana", Some(home())),
        (
            Letter::ConfirmEmail { to: to.clone(), address: new, token: token.clone() },
            "new",
            Some(page("confirm-email")),
        ),
        (
            Letter::EmailChanged { to: to.clone(), address: old, token: token.clone() },
            "old",
            Some(page("undo-email")),
        ),
        (Letter::TokenReuse { to: to.clone() }, "ana", Some(home())),
        (Letter::SecurityAlert { to: to.clone() }, "ana", Some(home())),
        (Letter::AccountDeleted { to }, "ana", None),
    ];
    for (n, (letter, reader, leads_to)) in letters.into_iter().enumerate() {
        let commit = world.letters.plan(&world.call(), letter).await.unwrap();
        world.memory.commit(commit).await.unwrap();
        world.work().await;
        let mails = world.mails();
        assert_eq!((mails.len(), &mails[n].to.email), (n + 1, &email(reader)));
        let expected: Vec<String> =
            leads_to.into_iter().map(|page| format!("https://app.example/{page}")).collect();
        assert_eq!(links(&mails[n]), expected, "{}", mails[n].subject);
        assert!(mails[n].text.starts_with(&mails[n].subject) && mails[n].text.contains("Hallo"));
        assert_eq!(mails[n].text.contains("Hallo Ana"), reader == "ana", "{}", mails[n].text);
        assert_eq!(mails[n].text.contains("2100-01-01 00:00 UTC"), n == 2);
    }
    world.finish().await;
}

#[test]
fn the_link_of_the_first_operator_leads_under_the_public_address() {
    let links = Links::under("https://app.example/base/");
    assert_eq!(links.set_up(&Secret::new("abc")), "https://app.example/base/setup?token=abc");
    assert_eq!(links.home(), "https://app.example/base/");
}
