use saaskit_auth::{GlobalRole, Place, RoleDraft, RoleId, SystemRole, User};
use saaskit_conformance::fixtures;
use saaskit_gateway::port::Authorizer;
use saaskit_kernel::{Commit, Fault, Kind, Principal, Store, TenantId};
use saaskit_stories::{Permissions, StoryError, TenantRoles};
use saaskit_tenants::write::{MembershipWrite, TenantsWrite};
use saaskit_tenants::{Member, Membership, Role};

use crate::world::World;

fn permissions(world: &World) -> Permissions {
    Permissions { auth: world.auth.clone(), tenants: world.tenants.clone() }
}

fn roles(world: &World) -> TenantRoles {
    TenantRoles { auth: world.auth.clone(), tenants: world.tenants.clone() }
}

fn draft(permissions: &[&str]) -> RoleDraft {
    let permissions = permissions.iter().map(|text| (*text).to_owned()).collect();
    RoleDraft { name: "Editors".to_owned(), permissions }
}

/// Somebody else, who is that in the workspace.
async fn member(world: &World, tenant: TenantId, role: Role) -> (Membership, Principal) {
    let user = User { verified_at: Some(world.source.now()), ..fixtures::user(&world.source, "ben") };
    let principal = Principal::new(user.id, world.source.id(), world.source.now());
    let membership =
        Membership { role, ..Membership::of_owner(world.source.id(), tenant, user.id, world.source.now()) };
    let insert = saaskit_auth::write::AuthWrite::User(saaskit_auth::write::UserWrite::Insert(user));
    let join = TenantsWrite::from(MembershipWrite::Insert(membership.clone()));
    world.memory.commit(Commit::new().write(insert).write(join)).await.unwrap();
    (membership, principal)
}

async fn enter(world: &World, by: &Principal, tenant: TenantId) -> Member {
    world.tenants.enter(&world.call(), by, tenant).await.unwrap()
}

/// Makes a role with these permissions and gives it to somebody.
async fn given(
    world: &World,
    owner: &Principal,
    inside: &Member,
    to: &Principal,
    permissions: &[&str],
) -> RoleId {
    let (roles, call) = (roles(world), world.call());
    let role = roles.create(&call, owner, inside, draft(permissions)).await.unwrap();
    roles.assign(&call, owner, inside, to.user, &[role.id.to_string()]).await.unwrap();
    role.id
}

fn code<T: std::fmt::Debug>(answer: Result<T, StoryError>) -> &'static str {
    answer.unwrap_err().code().name()
}

#[tokio::test]
async fn what_somebody_is_in_a_workspace_counts_there_and_not_in_the_installation() {
    let world = World::new();
    let (_, owner) = world.ana(None).await;
    let acme = world.tenant(&owner, "Acme").await;
    let door = permissions(&world);
    door.may(&owner, Some(acme.id), "members:write").await.unwrap();
    for (tenant, permission) in [
        (None, "members:write"),
        (Some(world.source.id()), "members:write"),
        (Some(acme.id), "users:read"),
        (Some(acme.id), "roles:write"),
    ] {
        let refused = door.may(&owner, tenant, permission).await.unwrap_err();
        assert_eq!(refused.code().kind(), Kind::Forbidden, "{permission} in {tenant:?}");
    }
}

#[tokio::test]
async fn an_admin_of_the_installation_may_everything_wherever_they_act() {
    let world = World::new();
    let (ana, principal) = world.ana(None).await;
    let admin = [SystemRole::from(GlobalRole::Admin).id().to_string()];
    let (_, operator) = member(&world, world.source.id(), Role::Member).await;
    let mut account = world.auth.user(operator.user).await.unwrap().unwrap();
    account.super_admin = true;
    let save = saaskit_auth::write::AuthWrite::User(saaskit_auth::write::UserWrite::Save(account));
    world.memory.commit(Commit::new().write(save)).await.unwrap();
    let call = world.call();
    world.auth.assign_roles(&call, &operator, Place::Installation, ana.id, &admin).await.unwrap();
    let door = permissions(&world);
    for tenant in [None, Some(world.source.id())] {
        door.may(&principal, tenant, "users:delete").await.unwrap();
        door.may(&principal, tenant, "members:write").await.unwrap();
    }
}

#[tokio::test]
async fn a_members_role_opens_what_it_allows_until_the_membership_ends_and_not_after_coming_back() {
    let world = World::new();
    let (_, owner) = world.ana(None).await;
    let acme = world.tenant(&owner, "Acme").await;
    let inside = enter(&world, &owner, acme.id).await;
    let (membership, ben) = member(&world, acme.id, Role::Member).await;
    let door = permissions(&world);
    let may = async || door.may(&ben, Some(acme.id), "members:write").await.is_ok();
    assert!(!may().await);
    given(&world, &owner, &inside, &ben, &["members:write"]).await;
    assert!(may().await);

    let admin = inside.admin().unwrap();
    world.tenants.remove_member(&world.call(), &admin, membership.id).await.unwrap();
    assert!(!may().await);
    world.work().await;
    let back = Membership { id: world.source.id(), ..membership };
    let join = TenantsWrite::from(MembershipWrite::Insert(back));
    world.memory.commit(Commit::new().write(join)).await.unwrap();
    assert!(!may().await);
    assert!(door.may(&ben, Some(acme.id), "members:read").await.is_ok());
}

#[tokio::test]
async fn only_members_are_given_roles_and_explained_to_whoever_may_know() {
    let world = World::new();
    let (_, owner) = world.ana(None).await;
    let acme = world.tenant(&owner, "Acme").await;
    let inside = enter(&world, &owner, acme.id).await;
    let (call, roles) = (world.call(), roles(&world));
    let stranger = world.source.id();
    assert_eq!(code(roles.assign(&call, &owner, &inside, stranger, &[]).await), "MEMBER_NOT_FOUND");
    let unknown = roles.explain(&owner, &inside, stranger, "members:read").await;
    assert_eq!(code(unknown), "MEMBER_NOT_FOUND");

    let (_, ben) = member(&world, acme.id, Role::Member).await;
    let bens = enter(&world, &ben, acme.id).await;
    let nosy = roles.explain(&ben, &bens, stranger, "members:read").await;
    assert_eq!(code(nosy), "PERMISSION_MISSING", "who is a member is not told, either");
    assert_eq!(code(roles.assign(&call, &ben, &bens, stranger, &[]).await), "PERMISSION_MISSING");
    assert_eq!(code(roles.list(&ben, &bens).await), "PERMISSION_MISSING");
    assert_eq!(code(roles.create(&call, &ben, &bens, draft(&[])).await), "PERMISSION_MISSING");

    let role = given(&world, &owner, &inside, &ben, &["members:*"]).await;
    let why = roles.explain(&owner, &inside, ben.user, "members:write").await.unwrap();
    let reasons: Vec<_> = why.reasons().map(|(role, allows)| (role.id, allows.to_string())).collect();
    assert_eq!(reasons, [(role, "members:*".to_owned())]);
    assert_eq!(code(roles.remove(&call, &ben, &bens, role).await), "PERMISSION_MISSING");
    roles.update(&call, &owner, &inside, role, draft(&["members:read"])).await.unwrap();
    assert!(!roles.explain(&owner, &inside, ben.user, "members:write").await.unwrap().is_allowed());
    roles.remove(&call, &owner, &inside, role).await.unwrap();
    assert_eq!(roles.list(&owner, &inside).await.unwrap().len(), 3);
}
