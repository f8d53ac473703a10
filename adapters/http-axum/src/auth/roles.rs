use axum::Json;
use axum::extract::State;
use http::header::LOCATION;
use http::{HeaderName, StatusCode};
use saaskit_auth::{AccessError, AccountError, Auth, AuthError, Place, RoleId};
use saaskit_kernel::UserId;

use crate::roles::{ExplanationView, PermissionQuery, RoleBody, RoleView, RolesBody, listed, shown};
use crate::url::{Asked, Segment};
use crate::{Asker, Body, Caller, IfMatch, Listed, Problem, Versioned};

/// Which role.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it documents the parameter of the path")]
struct RoleParam {
    /// Its id.
    #[param(max_length = 30, example = "rol_01h455vb4pex5vsknk084sn02q")]
    id: String,
}

/// Which user.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it documents the parameter of the path")]
struct UserParam {
    /// Its id.
    #[param(max_length = 30, example = "usr_01h455vb4pex5vsknk084sn02q")]
    id: String,
}

/// What can't be an id is the id of nothing.
fn read_role(text: &str) -> Result<RoleId, AuthError> {
    text.parse().map_err(|_| AccessError::RoleNotFound.into())
}

fn read_user(text: &str) -> Result<UserId, AuthError> {
    text.parse().map_err(|_| AuthError::Account(AccountError::UserNotFound))
}

/// Lists the roles of the installation.
#[utoipa::path(get, path = "/api/v1/admin/roles", tag = "admin",
    responses((status = 200, description = "All of them.", body = Listed<RoleView>)))]
pub(super) async fn list_roles(
    State(auth): State<Auth>,
    Asker(asker): Asker,
) -> Result<Json<Listed<RoleView>>, Problem> {
    Ok(listed(auth.list_roles(&asker, Place::Installation).await?))
}

/// Shows a role of the installation.
#[utoipa::path(get, path = "/api/v1/admin/roles/{id}", tag = "admin", params(RoleParam),
    responses((status = 200, description = "The role.", body = RoleView)))]
pub(super) async fn show_role(
    State(auth): State<Auth>,
    Asker(asker): Asker,
    Segment(id): Segment,
) -> Result<Versioned<Json<RoleView>>, Problem> {
    Ok(shown(auth.show_role(&asker, Place::Installation, read_role(&id)?).await?))
}

/// Makes a role of the installation; it can allow nothing that you may not.
#[utoipa::path(post, path = "/api/v1/admin/roles", tag = "admin", request_body = RoleBody, responses(
    (status = 201, description = "The role; `Location` says where.", body = RoleView),
    (status = 409, description = "The name is taken, or there are too many.")))]
pub(super) async fn create_role(
    State(auth): State<Auth>,
    caller: Caller,
    Asker(asker): Asker,
    Body(body): Body<RoleBody>,
) -> Result<(StatusCode, [(HeaderName, String); 1], Versioned<Json<RoleView>>), Problem> {
    let role = auth.create_role(caller.call(), &asker, Place::Installation, body.into()).await?;
    let location = [(LOCATION, format!("/api/v1/admin/roles/{}", role.id))];
    Ok((StatusCode::CREATED, location, shown(role)))
}

/// Changes a role of the installation, for everybody who has it.
#[utoipa::path(put, path = "/api/v1/admin/roles/{id}", tag = "admin", params(RoleParam),
    request_body = RoleBody, responses(
    (status = 200, description = "The role as it is now.", body = RoleView),
    (status = 409, description = "The name is taken, the role is always as it is, or others were faster."),
    (status = 412, description = "The role was changed since the version `If-Match` names.")))]
pub(super) async fn update_role(
    State(auth): State<Auth>,
    caller: Caller,
    Asker(asker): Asker,
    Segment(id): Segment,
    IfMatch(version): IfMatch,
    Body(body): Body<RoleBody>,
) -> Result<Versioned<Json<RoleView>>, Problem> {
    let (id, place) = (read_role(&id)?, Place::Installation);
    Ok(shown(auth.update_role(caller.call(), &asker, place, id, body.into(), version).await?))
}

/// Removes a role of the installation, from everybody who has it, too.
#[utoipa::path(delete, path = "/api/v1/admin/roles/{id}", tag = "admin", params(RoleParam), responses(
    (status = 204, description = "It is gone."),
    (status = 409, description = "The role is always there.")))]
pub(super) async fn remove_role(
    State(auth): State<Auth>,
    caller: Caller,
    Asker(asker): Asker,
    Segment(id): Segment,
) -> Result<StatusCode, Problem> {
    auth.remove_role(caller.call(), &asker, Place::Installation, read_role(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a user exactly these roles of the installation.
#[utoipa::path(put, path = "/api/v1/admin/users/{id}/roles", tag = "admin", params(UserParam),
    request_body = RolesBody, responses(
    (status = 200, description = "The roles the user has now.", body = Listed<RoleView>),
    (status = 409, description = "Others were faster.")))]
pub(super) async fn assign_roles(
    State(auth): State<Auth>,
    caller: Caller,
    Asker(asker): Asker,
    Segment(id): Segment,
    Body(RolesBody { roles }): Body<RolesBody>,
) -> Result<Json<Listed<RoleView>>, Problem> {
    let user = read_user(&id)?;
    Ok(listed(auth.assign_roles(caller.call(), &asker, Place::Installation, user, &roles).await?))
}

/// Tells why a user may, or may not, do something in the installation.
#[utoipa::path(get, path = "/api/v1/admin/users/{id}/permissions", tag = "admin",
    params(UserParam, PermissionQuery),
    responses((status = 200, description = "Why.", body = ExplanationView)))]
pub(super) async fn explain(
    State(auth): State<Auth>,
    Segment(id): Segment,
    Asked(PermissionQuery { permission }): Asked<PermissionQuery>,
) -> Result<Json<ExplanationView>, Problem> {
    let explanation = auth.explain(read_user(&id)?, Place::Installation, &permission).await?;
    Ok(Json(explanation.into()))
}
