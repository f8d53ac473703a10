use axum::Json;
use axum::extract::State;
use http::StatusCode;
use saaskit_auth::{AccountError, Administer, Auth, AuthError, User};
use saaskit_kernel::{Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Done;
use crate::url::Segment;
#[cfg(feature = "stories")]
use crate::user_directory::UserTenantView;
use crate::{Asker, Body, Caller, Problem};

/// An account as operators see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserView {
    /// Its id.
    #[schema(value_type = String, example = "usr_01h455vb4pex5vsknk084sn02q")]
    id: UserId,
    /// The address it signs in with.
    #[schema(format = Email, example = "ana@example.com")]
    email: String,
    /// What the person is called.
    #[schema(example = "Ana Pop")]
    name: Option<String>,
    /// `active`, `suspended` or `deleted`.
    #[schema(example = "active")]
    status: &'static str,
    /// Whether the address is proved.
    email_verified: bool,
    /// Whether it operates the installation.
    super_admin: bool,
    /// When it was made.
    #[schema(value_type = String, format = DateTime, example = "2026-11-21T12:00:00.000Z")]
    created_at: Timestamp,
    /// When what is known of the person is erased, if its owner deleted it.
    #[schema(value_type = Option<String>, format = DateTime, example = "2026-12-21T12:00:00.000Z")]
    erase_at: Option<Timestamp>,
    /// When an operator deleted it, if one did: only an operator restores it.
    #[schema(value_type = Option<String>, format = DateTime, example = "2026-11-21T12:00:00.000Z")]
    barred_at: Option<Timestamp>,
    /// Where accounts are looked at: the first ten workspaces the user is in, or was when the account was deleted.
    #[cfg(feature = "stories")]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, max_items = 10)]
    tenants: Option<Vec<UserTenantView>>,
    /// How many there are.
    #[cfg(feature = "stories")]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, example = 1)]
    tenant_count: Option<u64>,
}

#[cfg(feature = "stories")]
impl UserView {
    /// The same with the workspaces of its user.
    pub(crate) fn beside(self, tenants: Vec<UserTenantView>, count: u64) -> Self {
        Self { tenants: Some(tenants), tenant_count: Some(count), ..self }
    }
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            email: user.email.original().to_owned(),
            name: user.name.map(|name| name.to_string()),
            status: user.status.as_str(),
            email_verified: user.verified_at.is_some(),
            super_admin: user.super_admin,
            created_at: user.created_at,
            erase_at: user.erase_at,
            barred_at: user.barred_at,
            #[cfg(feature = "stories")]
            tenants: None,
            #[cfg(feature = "stories")]
            tenant_count: None,
        }
    }
}

/// Which user.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it documents the parameter of the path")]
pub(crate) struct UserParam {
    /// Its id.
    #[param(max_length = 30, example = "usr_01h455vb4pex5vsknk084sn02q")]
    id: String,
}

/// Why an operator does it.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ReasonBody {
    /// The reason, as the audit log keeps it.
    #[schema(min_length = 1, max_length = 1000, example = "Asked for by ticket 4711.")]
    reason: String,
}

/// Locks an account: it is signed out everywhere and may not sign in.
#[utoipa::path(put, path = "/api/v1/admin/users/{id}/lock", tag = "admin", params(UserParam),
    request_body = ReasonBody, responses(
    (status = 200, description = "The account.", body = UserView),
    (status = 409, description = "It is your own, deleted, or the last that operates the installation.")))]
pub(super) async fn lock_user(
    State(auth): State<Auth>,
    caller: Caller,
    Asker(asker): Asker,
    Segment(id): Segment,
    Body(body): Body<ReasonBody>,
) -> Result<Json<UserView>, Problem> {
    Ok(Json(auth.lock_user(caller.call(), &asker, &ask(&id, body)?).await?.into()))
}

/// Unlocks an account, and forgets the tries to sign in that locked it.
#[utoipa::path(put, path = "/api/v1/admin/users/{id}/unlock", tag = "admin", params(UserParam),
    request_body = ReasonBody, responses(
    (status = 200, description = "The account.", body = UserView),
    (status = 409, description = "It is deleted.")))]
pub(super) async fn unlock_user(
    State(auth): State<Auth>,
    caller: Caller,
    Asker(asker): Asker,
    Segment(id): Segment,
    Body(body): Body<ReasonBody>,
) -> Result<Json<UserView>, Problem> {
    Ok(Json(auth.unlock_user(caller.call(), &asker, &ask(&id, body)?).await?.into()))
}

/// Deletes an account, and ends what its user is in workspaces. Only an operator restores it, also where its owner
/// deleted it before.
#[utoipa::path(delete, path = "/api/v1/admin/users/{id}", tag = "admin", params(UserParam),
    request_body = ReasonBody, responses(
    (status = 200, description = "The account.", body = UserView),
    (status = 409, description = "It is your own, the last that operates the installation, or that of a workspace's \
        last owner.")))]
pub(super) async fn delete_user(
    State(auth): State<Auth>,
    caller: Caller,
    Asker(asker): Asker,
    Segment(id): Segment,
    Body(body): Body<ReasonBody>,
) -> Result<Json<UserView>, Problem> {
    Ok(Json(auth.delete_user(caller.call(), &asker, &ask(&id, body)?).await?.into()))
}

/// Restores a deleted account, and what its user was in workspaces when it was deleted.
#[utoipa::path(post, path = "/api/v1/admin/users/{id}/restore", tag = "admin", params(UserParam),
    request_body = ReasonBody, responses(
    (status = 200, description = "The account.", body = UserView),
    (status = 409, description = "It is locked, not deleted.")))]
pub(super) async fn restore_user(
    State(auth): State<Auth>,
    caller: Caller,
    Asker(asker): Asker,
    Segment(id): Segment,
    Body(body): Body<ReasonBody>,
) -> Result<Json<UserView>, Problem> {
    Ok(Json(auth.restore_user(caller.call(), &asker, &ask(&id, body)?).await?.into()))
}

/// Mails the owner of an account a link to set a new password. Nobody else sees it.
#[utoipa::path(post, path = "/api/v1/admin/users/{id}/password-reset", tag = "admin", params(UserParam),
    request_body = ReasonBody, responses(
    (status = 202, description = "A mail is on its way.", body = Done),
    (status = 409, description = "It is locked or deleted.")))]
pub(super) async fn start_reset(
    State(auth): State<Auth>,
    caller: Caller,
    Asker(asker): Asker,
    Segment(id): Segment,
    Body(body): Body<ReasonBody>,
) -> Result<(StatusCode, Json<Done>), Problem> {
    auth.start_reset(caller.call(), &asker, &ask(&id, body)?).await?;
    Ok((StatusCode::ACCEPTED, Json(Done { status: "accepted" })))
}

fn ask(id: &str, body: ReasonBody) -> Result<Administer, AuthError> {
    Ok(Administer { user: read_id(id)?, reason: body.reason })
}

/// What can't be an id is the id of nobody.
pub(crate) fn read_id(text: &str) -> Result<UserId, AuthError> {
    text.parse().map_err(|_| AuthError::Account(AccountError::UserNotFound))
}
