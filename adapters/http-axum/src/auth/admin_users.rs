use axum::Json;
use axum::extract::State;
use http::StatusCode;
use saaskit_auth::{AccountError, Administer, Auth, AuthError, User, UserStatus};
use saaskit_kernel::{Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Done;
use crate::list::ListQuery;
use crate::url::{Asked, Segment};
use crate::{Asker, Body, Caller, Listed, Listing, Problem, RequestFault};

/// An account as operators see it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UserView {
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
        }
    }
}

/// Which user.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it documents the parameter of the path")]
struct UserParam {
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

/// Which accounts to find.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FindQuery {
    /// How the address or the name begins.
    #[param(max_length = 254, example = "ana")]
    q: Option<String>,
    /// `active`, `suspended` or `deleted`.
    #[param(max_length = 9, example = "active")]
    status: Option<String>,
}

/// Finds accounts.
#[utoipa::path(get, path = "/api/v1/admin/users", tag = "admin", params(FindQuery, ListQuery),
    responses((status = 200, description = "Those that fit, in the order of their ids.", body = Listed<UserView>)))]
pub(super) async fn find_users(
    State(auth): State<Auth>,
    Asked(query): Asked<FindQuery>,
    listing: Listing,
) -> Result<Json<Listed<UserView>>, Problem> {
    let status =
        query.status.as_deref().map(|word| UserStatus::parse(word).ok_or(RequestFault::QueryInvalid));
    let page = listing.page("users")?;
    let found = auth.find_users(query.q.as_deref(), status.transpose()?, page).await?;
    Ok(Json(listing.answer("users", found, |user| user.id, UserView::from)))
}

/// Shows an account.
#[utoipa::path(get, path = "/api/v1/admin/users/{id}", tag = "admin", params(UserParam),
    responses((status = 200, description = "The account.", body = UserView)))]
pub(super) async fn show_user(
    State(auth): State<Auth>,
    Segment(id): Segment,
) -> Result<Json<UserView>, Problem> {
    Ok(Json(auth.show_user(read_id(&id)?).await?.into()))
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

/// Deletes an account; it can be restored until somebody purges it.
#[utoipa::path(delete, path = "/api/v1/admin/users/{id}", tag = "admin", params(UserParam),
    request_body = ReasonBody, responses(
    (status = 200, description = "The account.", body = UserView),
    (status = 409, description = "It is your own, or the last that operates the installation.")))]
pub(super) async fn delete_user(
    State(auth): State<Auth>,
    caller: Caller,
    Asker(asker): Asker,
    Segment(id): Segment,
    Body(body): Body<ReasonBody>,
) -> Result<Json<UserView>, Problem> {
    Ok(Json(auth.delete_user(caller.call(), &asker, &ask(&id, body)?).await?.into()))
}

/// Restores a deleted account.
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
fn read_id(text: &str) -> Result<UserId, AuthError> {
    text.parse().map_err(|_| AuthError::Account(AccountError::UserNotFound))
}
