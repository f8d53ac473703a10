use proptest::prelude::*;
use saaskit_kernel::{Page, Principal, TenantId};
use saaskit_tenants::{Role, TenantStatus};

use crate::world::World;

/// Every workspace of a user, read in pages; before each page but the first, `between` happens.
async fn read_through(world: &World, by: &Principal, limit: u32, between: impl AsyncFn()) -> Vec<TenantId> {
    let mut seen: Vec<TenantId> = Vec::new();
    loop {
        let page = world.tenants.list(by, Page { after: seen.last().copied(), limit }).await.unwrap();
        assert!(page.items.len() <= limit as usize);
        seen.extend(page.items.iter().map(|(tenant, _)| tenant.id));
        if !page.has_more {
            return seen;
        }
        assert_eq!(page.items.len(), limit as usize);
        between().await;
    }
}

#[tokio::test]
async fn a_user_sees_the_own_workspaces_with_the_own_role_and_no_others() {
    let world = World::new();
    let [ana, eva] = [world.somebody(), world.somebody()];
    let [acme, other] = [world.tenant(&ana, "acme").await, world.tenant(&eva, "other").await];
    world.tenant(&eva, "third").await;
    world.join(&other, ana.user, Role::Member).await;
    let listed = world.tenants.list(&ana, Page { after: None, limit: 10 }).await.unwrap();
    let listed: Vec<_> = listed.items.iter().map(|(tenant, own)| (tenant.id, own.user, own.role)).collect();
    assert_eq!(listed, [(acme.id, ana.user, Role::Owner), (other.id, ana.user, Role::Member)]);
    world.finish().await;
}

#[tokio::test]
async fn suspended_workspaces_are_shown_and_deleted_ones_are_not() {
    let world = World::new();
    let ana = world.somebody();
    let [acme, gone] = [world.tenant(&ana, "acme").await, world.tenant(&ana, "gone").await];
    world.turn(&acme, TenantStatus::Suspended).await;
    world.turn(&gone, TenantStatus::Deleted).await;
    let listed = world.tenants.list(&ana, Page { after: None, limit: 10 }).await.unwrap();
    assert_eq!(
        listed.items.iter().map(|(tenant, _)| (tenant.id, tenant.status)).collect::<Vec<_>>(),
        [(acme.id, TenantStatus::Suspended)]
    );
    world.finish().await;
}

proptest! {
    #[test]
    fn pages_show_each_workspace_once_oldest_first_though_others_are_made_meanwhile(
        count in 0..12_usize, limit in 1..5_u32,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let world = World::new();
            let [ana, eva] = [world.somebody(), world.somebody()];
            let mut made = Vec::new();
            for number in 0..count {
                made.push(world.tenant(&ana, &format!("acme-{number}")).await.id);
                world.tenant(&eva, &format!("other-{number}")).await;
            }
            let late = std::cell::Cell::new(0);
            let seen = read_through(&world, &ana, limit, async || {
                late.set(late.get() + 1);
                world.tenant(&eva, &format!("late-{}", late.get())).await;
            })
            .await;
            assert_eq!(seen, made);
            world.finish().await;
        });
    }
}
