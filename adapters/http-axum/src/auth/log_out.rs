use axum::extract::State;
use http::StatusCode;
use saaskit_auth::Auth;

use crate::cookie::SignedOut;
use crate::{Asker, Caller, Problem};

/// Ends the session at once, everywhere, and takes a browser its cookie.
#[utoipa::path(post, path = "/api/v1/auth/logout", tag = "auth",
    responses((status = 204, description = "It is over.")))]
pub(super) async fn log_out(
    State(auth): State<Auth>,
    caller: Caller,
    Asker(asker): Asker,
) -> Result<(StatusCode, SignedOut, ()), Problem> {
    auth.log_out(caller.call(), &asker).await?;
    Ok((StatusCode::NO_CONTENT, caller.end_session_cookie(), ()))
}
