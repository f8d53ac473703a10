use axum::extract::State;
use http::StatusCode;
use saaskit_auth::Auth;

use crate::{Asker, Caller, Problem};

/// Deletes your account: you are signed out everywhere and in no workspace any more, and after 30 days what is known of you is erased. Needs that
/// you proved lately who you are.
#[utoipa::path(delete, path = "/api/v1/users/account", tag = "users", responses(
    (status = 204, description = "It is deleted."),
    (status = 409, description = "You are the last who operates the installation, or the last owner of a workspace.")))]
pub(super) async fn delete_account(
    State(auth): State<Auth>,
    caller: Caller,
    Asker(asker): Asker,
) -> Result<StatusCode, Problem> {
    auth.delete_account(caller.call(), &asker).await?;
    Ok(StatusCode::NO_CONTENT)
}
