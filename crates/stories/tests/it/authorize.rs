use std::net::{IpAddr, Ipv4Addr};

use saaskit_auth::{GlobalRole, Place, RoleDraft, RoleId, SystemRole, TenantRole, User};
use saaskit_conformance::fixtures;
use saaskit_gateway::port::Authorizer;
use saaskit_kernel::{Call, Code, Commit, Fault, Kind, Principal, Store, TenantId};
use saaskit_stories::{Permissions, StoryError, TenantRoles};
use saaskit_tenants::permissions::{ReadMembers, WriteMembers, WriteWorkspace};
use saaskit_tenants::write::{MembershipWrite, TenantWrite, TenantsWrite};
use saaskit_tenants::{Member, Membership, NewPolicy, Role, Tenant, TenantStatus, TenantsError};

use crate::world::World;

/// Where everybody comes from.
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));

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
    member_called(world, tenant, role, "ben").await
}

async fn member_called(world: &World, tenant: TenantId, role: Role, name: &str) -> (Membership, Principal) {
    let user = User { verified_at: Some(world.source.now()), ..fixtures::user(&world.source, name) };
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
    door.may(&owner, Some(acme.id), HERE, "members:write").await.unwrap();
    for (tenant, permission) in [
        (None, "members:write"),
        (Some(world.source.id()), "members:write"),
        (Some(acme.id), "users:read"),
        (Some(acme.id), "roles:write"),
    ] {
        let refused = door.may(&owner, tenant, HERE, permission).await.unwrap_err();
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
        door.may(&principal, tenant, HERE, "users:delete").await.unwrap();
        door.may(&principal, tenant, HERE, "members:write").await.unwrap();
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
    let may = async || door.may(&ben, Some(acme.id), HERE, "members:write").await.is_ok();
    assert!(!may().await);
    given(&world, &owner, &inside, &ben, &["members:write"]).await;
    assert!(may().await);

    let admin = inside.allowed().unwrap();
    world.tenants.remove_member(&world.call(), &admin, membership.id).await.unwrap();
    assert!(!may().await);
    world.work().await;
    let back = Membership { id: world.source.id(), ..membership };
    let join = TenantsWrite::from(MembershipWrite::Insert(back));
    world.memory.commit(Commit::new().write(join)).await.unwrap();
    assert!(!may().await);
    assert_eq!(world.tenants.role_of(acme.id, ben.user).await.unwrap(), Some(Role::Member));
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
    roles.update(&call, &owner, &inside, role, draft(&["members:read"]), None).await.unwrap();
    assert!(!roles.explain(&owner, &inside, ben.user, "members:write").await.unwrap().is_allowed());
    roles.remove(&call, &owner, &inside, role).await.unwrap();
    assert_eq!(roles.list(&owner, &inside).await.unwrap().len(), 3);
}

#[tokio::test]
async fn what_a_workspace_asks_of_who_enters_is_asked_of_who_uses_a_permission_there_too() {
    let world = World::new();
    let (_, mut owner) = world.ana(None).await;
    owner.methods = vec!["mfa".to_owned()];
    let acme = world.tenant(&owner, "Acme").await;
    let evidence = enter(&world, &owner, acme.id).await.owner().unwrap();
    let strict =
        NewPolicy { mfa_required: true, ip_ranges: vec!["192.0.2.0/24".to_owned()], ..NewPolicy::default() };
    let call = Call { ip: Some(HERE), ..world.call() };
    world.tenants.set_policy(&call, &owner, &evidence, strict, None).await.unwrap();

    let door = permissions(&world);
    let elsewhere = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1));
    let weak = Principal { methods: vec!["pwd".to_owned()], ..owner.clone() };
    let may = async |by: &Principal, ip| door.may(by, Some(acme.id), ip, "members:write").await;
    may(&owner, HERE).await.unwrap();
    for (by, ip) in [(&weak, HERE), (&owner, elsewhere)] {
        assert_eq!(may(by, ip).await.unwrap_err().code(), Code::STEP_UP_REQUIRED);
        door.is_in(by, acme.id).await.unwrap();
    }
}

#[tokio::test]
async fn a_workspace_is_named_by_who_is_in_it_and_by_nobody_else() {
    let world = World::new();
    let (_, owner) = world.ana(None).await;
    let acme = world.tenant(&owner, "Acme").await;
    let (membership, ben) = member(&world, acme.id, Role::Member).await;
    let door = permissions(&world);
    door.is_in(&ben, acme.id).await.unwrap();
    for status in [TenantStatus::Suspended, TenantStatus::Deleted] {
        let stored = world.tenants.tenant(acme.id).await.unwrap().unwrap();
        let save = TenantsWrite::from(TenantWrite::Save(Tenant { status, ..stored }));
        world.memory.commit(Commit::new().write(save)).await.unwrap();
        assert_eq!(door.is_in(&ben, acme.id).await.is_ok(), status == TenantStatus::Suspended);
    }
    let stored = world.tenants.tenant(acme.id).await.unwrap().unwrap();
    let save = TenantsWrite::from(TenantWrite::Save(Tenant { status: TenantStatus::Active, ..stored }));
    world.memory.commit(Commit::new().write(save)).await.unwrap();
    let by = enter(&world, &owner, acme.id).await.allowed().unwrap();
    world.tenants.remove_member(&world.call(), &by, membership.id).await.unwrap();
    for stranger in [&ben, &Principal::new(world.source.id(), world.source.id(), world.source.now())] {
        let refused = door.is_in(stranger, acme.id).await.unwrap_err();
        assert_eq!(refused.code().name(), "TENANT_NOT_FOUND");
    }
}

#[tokio::test]
async fn a_right_in_a_workspace_is_had_by_the_role_or_by_what_was_given_and_by_each_for_itself() {
    let world = World::new();
    let (_, owner) = world.ana(None).await;
    let acme = world.tenant(&owner, "Acme").await;
    let inside = enter(&world, &owner, acme.id).await;
    let (_, ben) = member(&world, acme.id, Role::Member).await;
    let bens = enter(&world, &ben, acme.id).await;
    let tenants = &world.tenants;
    let lacks = |error: TenantsError| matches!(error, TenantsError::PermissionMissing(_));
    assert!(lacks(tenants.allow::<ReadMembers>(&bens).await.unwrap_err()));
    given(&world, &owner, &inside, &ben, &["members:read"]).await;
    tenants.allow::<ReadMembers>(&bens).await.unwrap();
    assert!(lacks(tenants.allow::<WriteMembers>(&bens).await.unwrap_err()));
    assert!(lacks(tenants.allow::<WriteWorkspace>(&bens).await.unwrap_err()));
    for member in [&inside, &bens] {
        let by_role = member.allowed::<ReadMembers>().is_ok();
        assert_eq!(by_role, member.role() == Role::Owner);
    }
    let other = Place::Tenant(world.source.id(), TenantRole::Member);
    assert!(!world.auth.has(ben.user, other, "members:read").await.unwrap());
}

#[tokio::test]
async fn who_was_given_the_right_over_members_changes_nobody_above_the_own_role() {
    let world = World::new();
    let (_, owner) = world.ana(None).await;
    let acme = world.tenant(&owner, "Acme").await;
    let inside = enter(&world, &owner, acme.id).await;
    let (bens, ben) = member(&world, acme.id, Role::Member).await;
    let (evas, _) = member_called(&world, acme.id, Role::Member, "eva").await;
    given(&world, &owner, &inside, &ben, &["members:*"]).await;
    let by = world.tenants.allow(&enter(&world, &ben, acme.id).await).await.unwrap();
    let (tenants, call) = (&world.tenants, world.call());
    for (member, role) in
        [(bens.id, Role::Admin), (evas.id, Role::Admin), (inside.membership().id, Role::Member)]
    {
        let refused = tenants.change_role(&call, &by, member, role, None).await;
        assert!(matches!(refused, Err(TenantsError::RoleTooLow)), "{refused:?}");
    }
    let refused = tenants.remove_member(&call, &by, inside.membership().id).await;
    assert!(matches!(refused, Err(TenantsError::RoleTooLow)), "{refused:?}");
    tenants.remove_member(&call, &by, evas.id).await.unwrap();
}
