use saaskit_kernel::TenantId;
use saaskit_tenants::permissions::WriteWorkspace;
use saaskit_tenants::{Role, TenantStatus};

use crate::world::{World, refused};

#[tokio::test]
async fn for_who_is_not_in_it_there_is_no_such_workspace_whatever_its_status() {
    let world = World::new();
    let [ana, eva] = [world.somebody(), world.somebody()];
    let acme = world.tenant(&ana, "acme").await;
    world.tenant(&eva, "other").await;
    let unknown: TenantId = world.source.id();
    assert_eq!(refused(world.enter(&eva, unknown).await), "TENANT_NOT_FOUND");
    for status in [TenantStatus::Active, TenantStatus::Suspended, TenantStatus::Deleted] {
        world.turn(&acme, status).await;
        assert_eq!(refused(world.enter(&eva, acme.id).await), "TENANT_NOT_FOUND", "{status:?}");
    }
    world.finish().await;
}

#[tokio::test]
async fn a_suspended_workspace_lets_nobody_in_and_a_deleted_one_is_not_there() {
    let world = World::new();
    let ana = world.somebody();
    let acme = world.tenant(&ana, "acme").await;
    for (status, reason) in
        [(TenantStatus::Suspended, "TENANT_SUSPENDED"), (TenantStatus::Deleted, "TENANT_NOT_FOUND")]
    {
        world.turn(&acme, status).await;
        assert_eq!(refused(world.enter(&ana, acme.id).await), reason);
    }
    world.turn(&acme, TenantStatus::Active).await;
    assert_eq!(world.enter(&ana, acme.id).await.unwrap().tenant().id, acme.id);
    world.finish().await;
}

#[tokio::test]
async fn owners_and_admins_may_change_the_workspace_and_members_may_not() {
    let world = World::new();
    let acme = world.tenant(&world.somebody(), "acme").await;
    for (role, may) in [(Role::Owner, true), (Role::Admin, true), (Role::Member, false)] {
        let by = world.somebody();
        world.join(&acme, by.user, role).await;
        let member = world.enter(&by, acme.id).await.unwrap();
        assert_eq!(member.role(), role);
        if may {
            let admin = member.allowed::<WriteWorkspace>().unwrap();
            assert_eq!((admin.tenant(), admin.user()), (acme.id, by.user));
        } else {
            assert_eq!(refused(member.allowed::<WriteWorkspace>()), "PERMISSION_MISSING");
        }
    }
    world.finish().await;
}

#[tokio::test]
async fn a_role_in_one_workspace_is_none_in_another() {
    let world = World::new();
    let [ana, eva] = [world.somebody(), world.somebody()];
    let [acme, other] = [world.tenant(&ana, "acme").await, world.tenant(&eva, "other").await];
    world.join(&other, ana.user, Role::Member).await;
    assert_eq!(world.admin::<WriteWorkspace>(&acme, &ana).await.tenant(), acme.id);
    assert_eq!(
        refused(world.enter(&ana, other.id).await.unwrap().allowed::<WriteWorkspace>()),
        "PERMISSION_MISSING"
    );
    world.finish().await;
}
