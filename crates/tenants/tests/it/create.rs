use proptest::prelude::*;
use saaskit_kernel::{Actor, Slug};
use saaskit_tenants::port::Workspaces;
use saaskit_tenants::{NewTenant, Role, TenantStatus};
use serde_json::json;

use crate::world::{World, faults, new, refused};

#[tokio::test]
async fn whoever_makes_a_workspace_owns_it_and_that_is_told_and_written_down() {
    let world = World::new();
    let ana = world.somebody();
    let call = world.call(&ana);
    let (tenant, owner) = world.tenants.create(&call, &ana, new("acme")).await.unwrap();
    assert_eq!(
        (tenant.slug.as_str(), tenant.name.as_str(), tenant.status),
        ("acme", "Acme", TenantStatus::Active)
    );
    assert_eq!((owner.user, owner.tenant, owner.role), (ana.user, tenant.id, Role::Owner));

    let events = world.memory.events();
    assert_eq!(events.len(), 1);
    assert_eq!((events[0].name, events[0].tenant), ("tenants.tenant_created", Some(tenant.id)));
    assert_eq!(events[0].payload, json!({ "tenant": tenant.id, "owner": ana.user }));
    let audit = world.memory.audit();
    assert_eq!(audit.len(), 1);
    assert_eq!((audit[0].action.name, audit[0].outcome.as_str()), ("tenants.create", "success"));
    assert_eq!((audit[0].actor, audit[0].tenant), (Actor::User(ana.user, ana.session), Some(tenant.id)));
    assert_eq!((&audit[0].request, &audit[0].resource), (&call.request, &Some(tenant.id.to_string())));
    world.finish().await;
}

#[tokio::test]
async fn what_is_given_back_is_what_the_next_read_sees() {
    let world = World::new();
    let ana = world.somebody();
    let given = world.tenants.create(&world.call(&ana), &ana, new("acme")).await.unwrap();
    let read = world.memory.entry(given.0.id, ana.user).await.unwrap();
    assert_eq!(read, Some(given));
    world.finish().await;
}

#[tokio::test]
async fn a_taken_slug_is_refused_in_any_case_and_nothing_is_made() {
    let world = World::new();
    let [ana, eva] = [world.somebody(), world.somebody()];
    world.tenant(&ana, "acme").await;
    for slug in ["acme", " ACME "] {
        assert_eq!(refused(world.tenants.create(&world.call(&eva), &eva, new(slug)).await), "SLUG_TAKEN");
    }
    let page = saaskit_kernel::Page { after: None, limit: 10 };
    assert_eq!(world.tenants.list(&eva, page).await.unwrap().items, []);
    assert_eq!((world.memory.events().len(), world.memory.audit().len()), (1, 1));
    world.finish().await;
}

#[tokio::test]
async fn all_faults_of_all_fields_are_named_at_once() {
    let world = World::new();
    let ana = world.somebody();
    for (name, slug, expected) in [
        ("", "-", [("name", "NAME_INVALID"), ("slug", "SLUG_INVALID")]),
        ("two\nlines", "Admin", [("name", "NAME_INVALID"), ("slug", "SLUG_RESERVED")]),
    ] {
        let ask = NewTenant { name: name.to_owned(), slug: slug.to_owned() };
        assert_eq!(faults(world.tenants.create(&world.call(&ana), &ana, ask).await), expected);
    }
    assert!(world.memory.audit().is_empty());
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_who_want_one_slug_at_once_one_gets_it() {
    let world = World::new();
    let running: Vec<_> = (0..20)
        .map(|_| {
            let (tenants, by) = (world.tenants.clone(), world.somebody());
            let call = world.call(&by);
            tokio::spawn(async move { tenants.create(&call, &by, new("acme")).await })
        })
        .collect();
    let mut made = 0;
    for answer in running {
        match answer.await.unwrap() {
            Ok(_) => made += 1,
            refusal => assert_eq!(refused(refusal), "SLUG_TAKEN"),
        }
    }
    assert_eq!((made, world.memory.events().len(), world.memory.audit().len()), (1, 1, 1));
    world.finish().await;
}

proptest! {
    #[test]
    fn a_slug_is_stored_folded_and_only_if_it_is_one(text in "[A-Za-z0-9-]{0,12}|\\PC{0,12}") {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let world = World::new();
            let ana = world.somebody();
            match (Slug::parse(&text), world.tenants.create(&world.call(&ana), &ana, new(&text)).await) {
                (Ok(_), Ok((tenant, _))) => {
                    assert_eq!(tenant.slug.as_str(), text.trim().to_ascii_lowercase());
                    assert_eq!(world.stored(&tenant).await.slug, tenant.slug);
                }
                (Err(_), answer @ Err(_)) => assert_eq!(faults(answer)[0].0, "slug"),
                mixed => panic!("{mixed:?}"),
            }
            world.finish().await;
        });
    }
}
