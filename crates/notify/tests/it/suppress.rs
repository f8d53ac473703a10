use saaskit_conformance::fixtures::call;
use saaskit_kernel::{ErrorKind, Fault, Page, TenantId};
use saaskit_notify::{
    Category, NewMessage, NewSuppression, NotifyError, Status, Suppression, SuppressionId, SuppressionReason,
};

use crate::world::{World, mail};

const ANA: &str = "ana@example.org";
const ALL: Page<SuppressionId> = Page { after: None, limit: 100 };

fn ask(address: &str, tenant: Option<TenantId>) -> NewSuppression {
    NewSuppression { address: address.to_owned(), tenant: tenant.map(|tenant| tenant.to_string()) }
}

async fn suppress(world: &World, address: &str, tenant: Option<TenantId>) -> Suppression {
    world.notify.suppress(&call(&world.source), ask(address, tenant)).await.unwrap()
}

async fn outcome(world: &World, tenant: Option<TenantId>) -> Status {
    let id = world.queue(NewMessage { category: Category::Transactional, tenant, ..mail() }).await;
    world.work().await;
    world.stored(id).await.status
}

fn acts(world: &World) -> Vec<&'static str> {
    world.memory.audit().iter().map(|entry| entry.action.name).collect()
}

#[tokio::test]
async fn an_address_that_bounced_gets_mail_again_once_an_operator_lifted_that() {
    let world = World::new();
    world.provider.refuse(1, ErrorKind::NoRecipient);
    assert_eq!(outcome(&world, None).await, Status::Bounced);
    assert_eq!(outcome(&world, None).await, Status::Suppressed);
    let found = world.notify.list_suppressions(Some("ANA@example.org"), ALL).await.unwrap().items;
    assert_eq!((found.len(), found[0].reason), (1, SuppressionReason::Bounced));

    let id = found[0].id.to_string();
    world.notify.lift_suppression(&call(&world.source), &id).await.unwrap();
    assert_eq!(outcome(&world, None).await, Status::Sent);
    assert_eq!(acts(&world), ["notify.lift_suppression"]);
    let again = world.notify.lift_suppression(&call(&world.source), &id).await.unwrap_err();
    assert_eq!(again.code().name(), "SUPPRESSION_NOT_FOUND");
    world.finish().await;
}

#[tokio::test]
async fn an_operator_holds_back_a_workspaces_mail_or_everybodys_and_twice_is_once() {
    let world = World::new();
    let acme: TenantId = world.source.id();
    let own = suppress(&world, ANA, Some(acme)).await;
    assert_eq!((own.reason, own.since), (SuppressionReason::Manual, world.source.now()));
    assert_eq!(suppress(&world, " Ana@EXAMPLE.org", Some(acme)).await, own);
    assert_eq!(outcome(&world, Some(acme)).await, Status::Suppressed);
    assert_eq!(outcome(&world, None).await, Status::Sent);

    let everywhere = suppress(&world, ANA, None).await;
    assert_ne!(everywhere.id, own.id);
    assert_eq!(suppress(&world, ANA, Some(acme)).await, own);
    assert_eq!(outcome(&world, None).await, Status::Suppressed);
    assert_eq!(world.notify.list_suppressions(None, ALL).await.unwrap().items.len(), 2);
    assert_eq!(acts(&world), ["notify.suppress"; 2]);
    world.finish().await;
}

#[tokio::test]
async fn what_is_written_down_forever_holds_no_whole_address() {
    let world = World::new();
    let known = suppress(&world, "Ana.Maria.Pop@example.org", None).await;
    world.notify.lift_suppression(&call(&world.source), &known.id.to_string()).await.unwrap();
    let written = format!("{:?}", world.memory.audit()).to_lowercase();
    assert!(!written.contains("maria") && written.contains("example.org"), "{written}");
    world.finish().await;
}

#[tokio::test]
async fn what_is_no_address_no_workspace_and_no_suppression_is_told_so() {
    let world = World::new();
    let nonsense = NewSuppression { address: "ana".to_owned(), tenant: Some("acme".to_owned()) };
    let error = world.notify.suppress(&call(&world.source), nonsense).await.unwrap_err();
    let fields: Vec<_> = error.fields().iter().map(|(field, fault)| (*field, fault.code().name())).collect();
    assert_eq!(fields, [("address", "EMAIL_INVALID"), ("tenant_id", "ID_INVALID")]);
    let listed = world.notify.list_suppressions(Some("ana"), ALL).await;
    assert!(matches!(listed, Err(NotifyError::Invalid(_))), "{listed:?}");
    let stranger: SuppressionId = world.source.id();
    for id in ["", "usr_x", &stranger.to_string()] {
        let error = world.notify.lift_suppression(&call(&world.source), id).await.unwrap_err();
        assert_eq!(error.code().name(), "SUPPRESSION_NOT_FOUND", "{id}");
    }
    assert!(acts(&world).is_empty());
    world.finish().await;
}
