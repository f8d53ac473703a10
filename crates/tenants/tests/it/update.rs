use saaskit_kernel::{Name, Slug};
use saaskit_tenants::{Tenant, TenantChange, TenantStatus};
use serde_json::json;

use crate::world::{World, faults, refused, saving};

fn name(name: &str) -> TenantChange {
    TenantChange { name: Some(name.to_owned()), slug: None }
}

fn slug(slug: &str) -> TenantChange {
    TenantChange { name: None, slug: Some(slug.to_owned()) }
}

#[tokio::test]
async fn what_is_named_changes_what_is_not_stays_and_both_are_written_down() {
    let world = World::new();
    let ana = world.somebody();
    let acme = world.tenant(&ana, "acme").await;
    let by = world.admin(&acme, &ana).await;
    let given = world.tenants.update(&world.call(&ana), &by, name(" Acme & Sons "), None).await.unwrap();
    assert_eq!((given.name.as_str(), given.slug.as_str()), ("Acme & Sons", "acme"));
    assert_eq!(world.stored(&acme).await, given);

    let given = world.tenants.update(&world.call(&ana), &by, slug("Sons"), None).await.unwrap();
    assert_eq!((given.name.as_str(), given.slug.as_str()), ("Acme & Sons", "sons"));
    assert_eq!(world.stored(&acme).await, given);
    let entry = world.memory.audit().pop().unwrap();
    assert_eq!((entry.action.name, entry.tenant), ("tenants.update", Some(acme.id)));
    assert_eq!(entry.before, Some(json!({ "name": "Acme & Sons", "slug": "acme" })));
    assert_eq!(entry.after, Some(json!({ "name": "Acme & Sons", "slug": "sons" })));
    world.finish().await;
}

#[tokio::test]
async fn a_change_of_nothing_writes_nothing() {
    let world = World::new();
    let ana = world.somebody();
    let acme = world.tenant(&ana, "acme").await;
    let by = world.admin(&acme, &ana).await;
    let before = world.stored(&acme).await;
    for change in [TenantChange::default(), name("Acme"), slug("ACME")] {
        assert_eq!(world.tenants.update(&world.call(&ana), &by, change, None).await.unwrap(), before);
    }
    assert_eq!(world.stored(&acme).await, before);
    assert_eq!(world.memory.audit().len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn a_slug_of_another_workspace_is_refused_and_the_own_old_one_is_free_again() {
    let world = World::new();
    let ana = world.somebody();
    let [acme, other] = [world.tenant(&ana, "acme").await, world.tenant(&ana, "other").await];
    let by = world.admin(&acme, &ana).await;
    assert_eq!(
        refused(world.tenants.update(&world.call(&ana), &by, slug("OTHER"), None).await),
        "SLUG_TAKEN"
    );
    assert_eq!(world.stored(&acme).await.slug.as_str(), "acme");
    world.tenants.update(&world.call(&ana), &by, slug("acme-2"), None).await.unwrap();
    let by = world.admin(&other, &ana).await;
    world.tenants.update(&world.call(&ana), &by, slug("acme"), None).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn all_faults_of_all_fields_are_named_at_once() {
    let world = World::new();
    let ana = world.somebody();
    let acme = world.tenant(&ana, "acme").await;
    let by = world.admin(&acme, &ana).await;
    let change = TenantChange { name: Some(" ".to_owned()), slug: Some("www".to_owned()) };
    assert_eq!(
        faults(world.tenants.update(&world.call(&ana), &by, change, None).await),
        [("name", "NAME_INVALID"), ("slug", "SLUG_RESERVED")]
    );
    world.finish().await;
}

#[tokio::test]
async fn who_was_slower_starts_again_and_keeps_what_the_faster_one_changed() {
    let world = World::new();
    let ana = world.somebody();
    let acme = world.tenant(&ana, "acme").await;
    let by = world.admin(&acme, &ana).await;
    let faster = Tenant { slug: Slug::parse("faster").unwrap(), ..world.stored(&acme).await };
    world.somebody_is_faster(saving(faster));
    let given = world.tenants.update(&world.call(&ana), &by, name("Slower"), None).await.unwrap();
    assert_eq!((given.name.as_str(), given.slug.as_str()), ("Slower", "faster"));
    assert_eq!(world.stored(&acme).await, given);
    let entry = world.memory.audit().pop().unwrap();
    assert_eq!(entry.before, Some(json!({ "name": "Acme", "slug": "faster" })), "written down as it was");
    world.finish().await;
}

#[tokio::test]
async fn who_is_slower_again_and_again_is_told_so() {
    let world = World::new();
    let ana = world.somebody();
    let acme = world.tenant(&ana, "acme").await;
    let by = world.admin(&acme, &ana).await;
    let mut faster = world.stored(&acme).await;
    for number in 0..8 {
        faster.name = Name::parse(&format!("Faster {number}")).unwrap();
        world.somebody_is_faster(saving(faster.clone()));
        faster.version = faster.version.next();
    }
    assert_eq!(refused(world.tenants.update(&world.call(&ana), &by, name("Slower"), None).await), "CONFLICT");
    assert_eq!(world.stored(&acme).await.name.as_str(), "Faster 7");
    world.finish().await;
}

#[tokio::test]
async fn a_workspace_suspended_or_deleted_since_the_right_was_checked_is_not_changed() {
    for (status, reason) in
        [(TenantStatus::Suspended, "TENANT_SUSPENDED"), (TenantStatus::Deleted, "TENANT_NOT_FOUND")]
    {
        let world = World::new();
        let ana = world.somebody();
        let acme = world.tenant(&ana, "acme").await;
        let by = world.admin(&acme, &ana).await;
        let turned = Tenant { status, ..world.stored(&acme).await };
        world.somebody_is_faster(saving(turned));
        assert_eq!(refused(world.tenants.update(&world.call(&ana), &by, name("Late"), None).await), reason);
        assert_eq!(world.stored(&acme).await.name.as_str(), "Acme");
        world.finish().await;
    }
}

#[tokio::test]
async fn only_the_workspace_of_the_right_is_changed() {
    let world = World::new();
    let [ana, eva] = [world.somebody(), world.somebody()];
    let [acme, other] = [world.tenant(&ana, "acme").await, world.tenant(&eva, "other").await];
    let by = world.admin(&acme, &ana).await;
    let before = world.stored(&other).await;
    world.tenants.update(&world.call(&ana), &by, name("New"), None).await.unwrap();
    assert_eq!(world.stored(&other).await, before);
    world.finish().await;
}

#[tokio::test]
async fn a_change_meant_for_an_earlier_version_is_refused() {
    let world = World::new();
    let ana = world.somebody();
    let acme = world.tenant(&ana, "acme").await;
    let by = world.admin(&acme, &ana).await;
    let looked_at = Some(world.stored(&acme).await.version);
    let given = world.tenants.update(&world.call(&ana), &by, name("New"), looked_at).await.unwrap();
    let late = world.tenants.update(&world.call(&ana), &by, name("Late"), looked_at).await;
    assert_eq!(refused(late), "PRECONDITION_FAILED");
    world.tenants.update(&world.call(&ana), &by, name("Newer"), Some(given.version)).await.unwrap();
}
