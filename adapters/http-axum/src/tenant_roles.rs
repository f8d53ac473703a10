//! The roles of workspaces.

use axum::Json;
use axum::extract::{FromRef, FromRequestParts, State};
use http::header::LOCATION;
use http::request::Parts;
use http::{HeaderName, StatusCode};
use saaskit_auth::permissions::{TENANT_ROLES_READ, TENANT_ROLES_WRITE};
use saaskit_auth::{AccessError, AuthError, RoleId};
use saaskit_gateway::{Access, Class};
use saaskit_kernel::UserId;
use saaskit_stories::TenantRoles;
use saaskit_tenants::{MemberError, Tenants, TenantsError};
use utoipa_axum::routes;

use crate::roles::{ExplanationView, PermissionQuery, RoleBody, RoleView, RolesBody, listed, shown};
use crate::route::Entry;
use crate::tenants::{IdParam, Inside, named};
use crate::url::Asked;
use crate::{Asker, Body, Caller, IfMatch, Listed, Problem, Resource, Row, Versioned};

const ROWS: &[Row<Served>] = &[
    Row::new(READS, Class::Read, || routes!(list_tenant_roles)),
    Row::new(READS, Class::Read, || routes!(show_tenant_role)),
    Row::new(WRITES, Class::Write, || routes!(create_tenant_role)),
    Row::new(WRITES, Class::Write, || routes!(update_tenant_role)),
    Row::new(WRITES, Class::Write, || routes!(remove_tenant_role)),
    Row::new(WRITES, Class::Write, || routes!(assign_tenant_roles)),
    Row::new(READS, Class::Read, || routes!(explain_member)),
];
const READS: Access = Access::MemberWith(TENANT_ROLES_READ);
const WRITES: Access = Access::MemberWith(TENANT_ROLES_WRITE);

/// The routes of the roles of workspaces.
pub(crate) fn entries() -> Vec<Entry> {
    ROWS.iter().map(Row::entry).collect()
}

/// The roles of workspaces as a resource.
pub fn resource(roles: &TenantRoles) -> Resource {
    Resource::new(ROWS, &Served(roles.clone()))
}

#[derive(Debug, Clone)]
struct Served(TenantRoles);

impl FromRef<Served> for Tenants {
    fn from_ref(Served(roles): &Served) -> Self {
        roles.tenants.clone()
    }
}

/// The role that `{role_id}` of the path names. What can't be an id is the id of nothing.
struct NamedRole(RoleId);

impl<S: Send + Sync> FromRequestParts<S> for NamedRole {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let named = named(parts, state, "role_id").await?;
        Ok(Self(named.parse().map_err(|_| AuthError::from(AccessError::RoleNotFound))?))
    }
}

/// The user that `{user_id}` of the path names.
struct NamedUser(UserId);

impl<S: Send + Sync> FromRequestParts<S> for NamedUser {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let named = named(parts, state, "user_id").await?;
        Ok(Self(named.parse().map_err(|_| TenantsError::from(MemberError::NotFound))?))
    }
}

/// Which role.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it documents the parameter of the path")]
struct RoleParam {
    /// Its id.
    #[param(max_length = 30, example = "rol_01h455vb4pex5vsknk084sn02q")]
    role_id: String,
}

/// Which member.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it documents the parameter of the path")]
struct UserParam {
    /// The id of the user.
    #[param(max_length = 30, example = "usr_01h455vb4pex5vsknk084sn02q")]
    user_id: String,
}

/// Lists the roles of a workspace.
#[utoipa::path(get, path = "/api/v1/tenants/{id}/roles", tag = "tenants", params(IdParam),
    responses((status = 200, description = "All of them.", body = Listed<RoleView>)))]
async fn list_tenant_roles(
    State(Served(roles)): State<Served>,
    Asker(asker): Asker,
    Inside(member): Inside,
) -> Result<Json<Listed<RoleView>>, Problem> {
    Ok(listed(roles.list(&asker, &member).await?))
}

/// Shows a role of a workspace.
#[utoipa::path(get, path = "/api/v1/tenants/{id}/roles/{role_id}", tag = "tenants",
    params(IdParam, RoleParam), responses((status = 200, description = "The role.", body = RoleView)))]
async fn show_tenant_role(
    State(Served(roles)): State<Served>,
    Asker(asker): Asker,
    Inside(member): Inside,
    NamedRole(role): NamedRole,
) -> Result<Versioned<Json<RoleView>>, Problem> {
    Ok(shown(roles.show(&asker, &member, role).await?))
}

/// Makes a role of a workspace. It can allow nothing that you may not.
#[utoipa::path(post, path = "/api/v1/tenants/{id}/roles", tag = "tenants", params(IdParam),
    request_body = RoleBody, responses(
    (status = 201, description = "The role; `Location` says where.", body = RoleView),
    (status = 409, description = "The name is taken, or there are too many.")))]
async fn create_tenant_role(
    State(Served(roles)): State<Served>,
    caller: Caller,
    Asker(asker): Asker,
    Inside(member): Inside,
    Body(body): Body<RoleBody>,
) -> Result<(StatusCode, [(HeaderName, String); 1], Versioned<Json<RoleView>>), Problem> {
    let role = roles.create(caller.call(), &asker, &member, body.into()).await?;
    let location = [(LOCATION, format!("/api/v1/tenants/{}/roles/{}", member.tenant().id, role.id))];
    Ok((StatusCode::CREATED, location, shown(role)))
}

/// Changes a role of a workspace, for everybody who has it.
#[utoipa::path(put, path = "/api/v1/tenants/{id}/roles/{role_id}", tag = "tenants",
    params(IdParam, RoleParam), request_body = RoleBody, responses(
    (status = 200, description = "The role as it is now.", body = RoleView),
    (status = 409, description = "The name is taken, the role is always as it is, or others were faster."),
    (status = 412, description = "The role was changed since the version `If-Match` names.")))]
async fn update_tenant_role(
    State(Served(roles)): State<Served>,
    caller: Caller,
    Asker(asker): Asker,
    Inside(member): Inside,
    NamedRole(role): NamedRole,
    IfMatch(version): IfMatch,
    Body(body): Body<RoleBody>,
) -> Result<Versioned<Json<RoleView>>, Problem> {
    Ok(shown(roles.update(caller.call(), &asker, &member, role, body.into(), version).await?))
}

/// Removes a role of a workspace, from everybody who has it, too.
#[utoipa::path(delete, path = "/api/v1/tenants/{id}/roles/{role_id}", tag = "tenants",
    params(IdParam, RoleParam), responses(
    (status = 204, description = "It is gone."),
    (status = 409, description = "The role is always there.")))]
async fn remove_tenant_role(
    State(Served(roles)): State<Served>,
    caller: Caller,
    Asker(asker): Asker,
    Inside(member): Inside,
    NamedRole(role): NamedRole,
) -> Result<StatusCode, Problem> {
    roles.remove(caller.call(), &asker, &member, role).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a member exactly these roles of the workspace, besides what they are in it.
#[utoipa::path(put, path = "/api/v1/tenants/{id}/members/{user_id}/roles", tag = "tenants",
    params(IdParam, UserParam), request_body = RolesBody, responses(
    (status = 200, description = "The roles the member has now.", body = Listed<RoleView>),
    (status = 409, description = "Others were faster.")))]
async fn assign_tenant_roles(
    State(Served(served)): State<Served>,
    caller: Caller,
    Asker(asker): Asker,
    Inside(member): Inside,
    NamedUser(user): NamedUser,
    Body(RolesBody { roles }): Body<RolesBody>,
) -> Result<Json<Listed<RoleView>>, Problem> {
    Ok(listed(served.assign(caller.call(), &asker, &member, user, &roles).await?))
}

/// Tells why a member may, or may not, do something in the workspace.
#[utoipa::path(get, path = "/api/v1/tenants/{id}/members/{user_id}/permissions", tag = "tenants",
    params(IdParam, UserParam, PermissionQuery),
    responses((status = 200, description = "Why.", body = ExplanationView)))]
async fn explain_member(
    State(Served(roles)): State<Served>,
    Asker(asker): Asker,
    Inside(member): Inside,
    NamedUser(user): NamedUser,
    Asked(PermissionQuery { permission }): Asked<PermissionQuery>,
) -> Result<Json<ExplanationView>, Problem> {
    Ok(Json(roles.explain(&asker, &member, user, &permission).await?.into()))
}
