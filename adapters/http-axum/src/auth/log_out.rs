use axum::extract::State;
use http::{HeaderName, StatusCode};
use saaskit_auth::Auth;

use crate::{Asker, Caller, Problem};

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// Ends the session at once, everywhere.
#[utoipa::path(post, path = "/api/v1/auth/logout", tag = "auth",
    responses((status = 204, description = "It is over.")))]
pub(super) async fn log_out(
    State(auth): State<Auth>,
    caller: Caller,
    Asker(asker): Asker,
) -> Result<(StatusCode, [(HeaderName, &'static str); 1]), Problem> {
    auth.log_out(caller.call(), &asker).await?;
    Ok((StatusCode::NO_CONTENT, [(CLEAR_SITE_DATA, "\"cache\", \"cookies\", \"storage\"")]))
}
