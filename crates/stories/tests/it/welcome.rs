use proptest::prelude::*;
use saaskit_conformance::fixtures::email;
use saaskit_kernel::{Commit, Job, Name, Store, UserId};
use saaskit_notify::NewBranding;
use saaskit_tenants::NewTenant;
use serde_json::json;

use crate::world::{PUBLIC_URL, World, links};

#[tokio::test]
async fn whoever_makes_a_workspace_is_welcomed_by_a_mail_that_names_it() {
    let world = World::new();
    let (_, ana) = world.ana(Some("Ana")).await;
    world.tenant(&ana, "Acme & Sons").await;
    assert!(world.mails().is_empty(), "nothing is sent before the work is done");
    world.work().await;

    let mails = world.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!((&mails[0].to.email, mails[0].subject.as_str()), (&email("ana"), "Acme & Sons is ready"));
    for part in ["Welcome to Acme & Sons", "Hello Ana,", "https://app.example/\n"] {
        assert!(mails[0].text.contains(part), "{part} in {}", mails[0].text);
    }
    assert!(mails[0].html.contains("Welcome to Acme &amp; Sons"));
    assert_eq!(links(&mails[0]), ["https://app.example/"]);
    world.work().await;
    assert_eq!(world.mails().len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn who_gave_no_name_is_greeted_without_one() {
    let world = World::new();
    let (_, ana) = world.ana(None).await;
    world.tenant(&ana, "Acme").await;
    world.work().await;
    assert!(world.mails()[0].text.contains("Hello, your workspace"), "{}", world.mails()[0].text);
    world.finish().await;
}

#[tokio::test]
async fn the_welcome_looks_as_the_workspace_chose() {
    let world = World::new();
    let (_, ana) = world.ana(None).await;
    let acme = world.tenant(&ana, "Acme").await;
    let inside = world.tenants.enter(&world.call(), &ana, acme.id).await.unwrap();
    let looks = NewBranding { name: "Söhne".to_owned(), color: "#facc15".to_owned(), logo_url: None };
    world.brand.set(&world.call(), &inside.allowed().unwrap(), &looks).await.unwrap();
    world.work().await;
    let mail = &world.mails()[0];
    assert!(mail.text.ends_with("at Söhne.\n") && mail.html.contains("#facc15"), "{}", mail.text);
    world.finish().await;
}

#[tokio::test]
async fn a_workspace_that_was_refused_welcomes_nobody() {
    let world = World::new();
    let (_, ana) = world.ana(None).await;
    world.tenant(&ana, "Acme").await;
    world.work().await;
    let ask = NewTenant { name: "Other".to_owned(), slug: "ACME".to_owned() };
    assert!(world.tenants.create(&world.call(), &ana, ask).await.is_err());
    world.work().await;
    assert_eq!(world.mails().len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn a_workspace_or_owner_that_is_gone_by_then_is_not_written_to() {
    let world = World::new();
    let (ana, principal) = world.ana(None).await;
    let stranger: UserId = world.source.id();
    let acme = world.tenant(&principal, "Acme").await;
    world.work().await;
    for payload in [
        json!({ "tenant": acme.id, "owner": stranger }),
        json!({ "tenant": world.source.id::<saaskit_kernel::TenantEntity>(), "owner": ana.id }),
    ] {
        let job = Job::now(&world.source, "stories.welcome", None, payload);
        world.memory.commit(Commit::new().enqueue(job)).await.unwrap();
    }
    world.work().await;
    assert_eq!(world.mails().len(), 1);
    world.finish().await;
}

proptest! {
    #[test]
    fn whatever_people_call_themselves_links_lead_under_the_public_address(
        user in "\\PC{1,40}|https://evil\\.example|\\[x\\]\\(https://evil\\.example\\)",
        tenant in "\\PC{1,40}|\"><a href=\"https://evil\\.example|\\{\\{ link \\}\\}",
    ) {
        prop_assume!(Name::parse(&user).is_ok() && Name::parse(&tenant).is_ok());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let world = World::new();
            let (_, ana) = world.ana(Some(&user)).await;
            world.tenant(&ana, &tenant).await;
            world.work().await;
            assert_eq!(links(&world.mails()[0]), [format!("{PUBLIC_URL}/")]);
            world.finish().await;
        });
    }
}
