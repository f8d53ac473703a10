use proptest::prelude::*;
use saaskit_conformance::fixtures::{branding, call};
use saaskit_kernel::{EmailMessage, Fault, Locale, TenantId};
use saaskit_notify::{Branding, NewBranding, NewMessage, Template};

use crate::world::{LINK, World, mail_with};

const LOGO: &str = "https://cdn.example/logo.png";

fn ask(name: &str) -> NewBranding {
    NewBranding { name: name.to_owned(), color: "#FACC15".to_owned(), logo_url: Some(LOGO.to_owned()) }
}

async fn set(world: &World, tenant: TenantId, ask: &NewBranding) -> Branding {
    world.notify.set_branding(&call(&world.source), tenant, ask).await.unwrap()
}

/// The mail that a workspace, or the installation, sends.
async fn sent(world: &World, tenant: Option<TenantId>, locale: Locale) -> EmailMessage {
    let values = [("name", "Ana"), ("link", LINK), ("tenant", "Acme")];
    world.queue(NewMessage { locale, ..mail_with(Template::Welcome, tenant, &values) }).await;
    world.work().await;
    world.provider.tries().pop().unwrap()
}

fn bears(mail: &EmailMessage, name: &str, color: &str) -> bool {
    mail.text.contains(name) && mail.html.contains(color)
}

#[tokio::test]
async fn a_workspaces_mails_look_as_it_chose_in_every_language_and_nobody_elses_do() {
    let world = World::new();
    let [acme, other]: [TenantId; 2] = [world.source.id(), world.source.id()];
    let chosen = set(&world, acme, &ask("Söhne & Co")).await;
    assert_eq!(world.notify.branding(acme).await.unwrap(), (chosen, true));
    assert_eq!(world.notify.branding(other).await.unwrap(), (branding(), false));
    for locale in Locale::ALL {
        let mail = sent(&world, Some(acme), locale).await;
        assert!(bears(&mail, "Söhne & Co", "#facc15"), "{}", mail.text);
        assert!(mail.html.contains("src=\"https:&#x2f;&#x2f;cdn.example&#x2f;logo.png\""), "{}", mail.html);
        for elsewhere in [Some(other), None] {
            let mail = sent(&world, elsewhere, locale).await;
            assert!(bears(&mail, "Acme", "#1d4ed8") && !mail.html.contains("cdn.example"), "{}", mail.html);
        }
    }
    world.finish().await;
}

#[tokio::test]
async fn what_was_reset_looks_like_the_installations_again() {
    let world = World::new();
    let acme: TenantId = world.source.id();
    set(&world, acme, &ask("Söhne")).await;
    set(&world, acme, &ask("Söhne")).await;
    set(&world, acme, &ask("Töchter")).await;
    for _ in 0..2 {
        world.notify.reset_branding(&call(&world.source), acme).await.unwrap();
        assert_eq!(world.notify.branding(acme).await.unwrap(), (branding(), false));
    }
    assert!(bears(&sent(&world, Some(acme), Locale::En).await, "Acme", "#1d4ed8"));
    let audit = world.memory.audit();
    let acts: Vec<_> = audit.iter().map(|entry| (entry.action.name, entry.tenant)).collect();
    let (is_set, is_reset) = ("notify.set_branding", "notify.reset_branding");
    assert_eq!(acts, [(is_set, Some(acme)), (is_set, Some(acme)), (is_reset, Some(acme))]);
    world.finish().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_branding_is_told_all_at_once_and_changes_nothing() {
    let world = World::new();
    let acme: TenantId = world.source.id();
    let wrong = NewBranding {
        name: "a\r\nBcc: eva@example.org".to_owned(),
        color: "red;background:url(https://evil.example)".to_owned(),
        logo_url: Some("http://cdn.example/logo.png".to_owned()),
    };
    let error = world.notify.set_branding(&call(&world.source), acme, &wrong).await.unwrap_err();
    let fields: Vec<_> = error.fields().iter().map(|(field, fault)| (*field, fault.code().name())).collect();
    let expected = [("name", "NAME_INVALID"), ("color", "COLOR_INVALID"), ("logo_url", "LOGO_URL_INVALID")];
    assert_eq!(fields, expected);
    assert_eq!(world.notify.branding(acme).await.unwrap(), (branding(), false));
    assert!(world.memory.audit().is_empty());
    world.finish().await;
}

proptest! {
    #[test]
    fn no_brand_makes_a_header_a_tag_or_a_line(
        name in "\\PC{0,20}[<>\"&{}%]{0,3}\\PC{1,20}|\\{\\{ link \\}\\}|\\[x\\]\\(https://evil\\.example\\)",
        path in "[a-zA-Z0-9/?&=%#:@!$,;*()+~._{}-]{0,40}",
    ) {
        let logo_url = Some(format!("https://cdn.example/{path}"));
        let wild = NewBranding { logo_url, ..ask(&name) };
        prop_assume!(Branding::parse(&wild).is_ok());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let world = World::new();
            let acme: TenantId = world.source.id();
            set(&world, acme, &ask("Plain")).await;
            let plain = sent(&world, Some(acme), Locale::En).await;
            set(&world, acme, &wild).await;
            let nasty = sent(&world, Some(acme), Locale::En).await;
            assert_eq!((&nasty.from, &nasty.to, &nasty.subject), (&plain.from, &plain.to, &plain.subject));
            assert_eq!(nasty.text.lines().count(), plain.text.lines().count(), "{}", nasty.text);
            for mark in ["<", "\"", "href="] {
                assert_eq!(nasty.html.matches(mark).count(), plain.html.matches(mark).count(), "{}", nasty.html);
            }
            world.finish().await;
        });
    }
}
