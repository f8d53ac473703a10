use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use saaskit_gateway::port::Authorizer;
use saaskit_gateway::{Access, Knock, Limits, Refusal};
use saaskit_kernel::{Code, ErrorKind, Fault, PortError, Principal, TenantId};
use uuid::Uuid;

use crate::world::{World, knock, knock_as, principal};

/// A workspace that only the second user is in.
fn acme() -> TenantId {
    TenantId::from_uuid(Uuid::from_u128(9))
}

/// Lets the first user read, and who acts in acme; can't tell about the third; asks the fourth for more proof.
#[derive(Debug)]
struct Few;

#[async_trait]
impl Authorizer for Few {
    async fn may(
        &self,
        principal: &Principal,
        tenant: Option<TenantId>,
        _: IpAddr,
        permission: &str,
    ) -> Result<(), Box<dyn Fault>> {
        if tenant == Some(acme()) {
            return Ok(());
        }
        let numbered = |number| principal.user == crate::world::principal(number).user;
        match permission {
            "users:read" if numbered(1) => Ok(()),
            _ if numbered(3) => {
                Err(Box::new(Refusal::Unavailable(PortError::new(ErrorKind::Unavailable, "test"))))
            }
            _ if numbered(4) => Err(Box::new(Refusal::Unauthenticated)),
            _ => Err(Box::new(Refusal::CrossSite)),
        }
    }

    async fn is_in(&self, principal: &Principal, tenant: TenantId) -> Result<(), Box<dyn Fault>> {
        let is_in = tenant == acme() && principal.user == crate::world::principal(2).user;
        if is_in { Ok(()) } else { Err(Box::new(Refusal::NotFound)) }
    }
}

async fn read_users(world: &World, bearer: &'static str) -> Result<Principal, Refusal> {
    let door = world.door.clone().with_authorizer(Arc::new(Few));
    let knock = Knock { access: Access::Permission("users:read"), ..knock_as(bearer) };
    door.admit(&knock).await.map(|pass| pass.principal().unwrap().clone())
}

#[tokio::test]
async fn who_holds_the_permission_comes_in_and_who_does_not_is_told_its_name() {
    let world = World::new(Limits::default());
    assert_eq!(read_users(&world, "user-1").await.unwrap(), principal(1));
    let refused = read_users(&world, "user-2").await.unwrap_err();
    assert_eq!(refused.code().name(), "PERMISSION_MISSING");
    assert_eq!(refused.to_string(), "this needs the permission users:read");
}

#[tokio::test]
async fn a_check_that_fails_is_no_refusal_of_the_caller() {
    let world = World::new(Limits::default());
    assert_eq!(read_users(&world, "user-3").await.unwrap_err().code(), Code::UNAVAILABLE);
    assert_eq!(read_users(&world, "user-4").await.unwrap_err().code(), Code::UNAUTHENTICATED);
}

#[tokio::test]
async fn nobody_holds_a_permission_at_a_door_that_asks_nobody() {
    let world = World::new(Limits::default());
    let knock = Knock { access: Access::Permission("users:read"), ..knock_as("user-1") };
    let refused = world.door.admit(&knock).await.unwrap_err();
    assert_eq!(refused.code().name(), "PERMISSION_MISSING");
}

#[tokio::test]
async fn a_permission_is_asked_for_after_the_credential() {
    let world = World::new(Limits::default());
    assert_eq!(read_users(&world, "nobody").await.unwrap_err().code(), Code::UNAUTHENTICATED);
}

#[tokio::test]
async fn a_header_selects_where_its_user_acts_and_must_be_of_somebody_who_is_in_there() {
    let world = World::new(Limits::default());
    let door = world.door.clone().with_authorizer(Arc::new(Few));
    let named = acme().to_string();
    let ask = async |bearer, access| {
        let knock = Knock { access, tenant: Some(&named), ..knock_as(bearer) };
        door.admit(&knock).await.map(|pass| pass.tenant())
    };
    let reads = Access::Permission("users:read");
    assert_eq!(read_users(&world, "user-2").await.unwrap_err().code().name(), "PERMISSION_MISSING");
    assert_eq!(
        ask("user-2", reads).await.unwrap(),
        Some(acme()),
        "it is there that the permission is asked for"
    );
    for access in [reads, Access::User] {
        assert_eq!(ask("user-1", access).await.unwrap_err().code().name(), "NOT_FOUND");
    }
    let nobody = Knock { tenant: Some(&named), ..knock() };
    assert_eq!(door.admit(&nobody).await.unwrap().tenant(), None);
    let unasked = Knock { tenant: Some(&named), ..knock_as("user-2") };
    let refused = world.door.admit(&unasked).await.unwrap_err();
    assert_eq!(refused.code().name(), "TENANT_MISMATCH", "a door that asks nobody believes no header");
}
