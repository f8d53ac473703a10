use axum::Json;
use axum::response::{IntoResponse, Response};
use saaskit_auth::GoesOn;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Caller;

/// A session that goes on: by a fresh access token where tokens carry it, otherwise by another cookie, which is set
/// beside it and takes the place of the one before.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Renewed {
    /// Shown as `Authorization: Bearer …`; `null` where a cookie carries the session.
    access_token: Option<String>,
    /// For how long the token is good or the cookie kept, in seconds.
    #[schema(example = 900)]
    expires_in: u64,
    /// For a browser's session: what its changes carry in `x-csrf-token` from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    csrf_token: Option<String>,
}

impl Renewed {
    pub(crate) fn answer(caller: &Caller, goes_on: GoesOn) -> Response {
        match goes_on {
            GoesOn::ByToken(token) => {
                let access_token = Some(token.secret.expose().to_owned());
                let expires_in = token.expires_in.as_secs();
                Json(Self { access_token, expires_in, csrf_token: None }).into_response()
            }
            GoesOn::ByCookie { secret, life } => {
                let csrf_token = caller.csrf_token_of(&secret);
                let view = Self { access_token: None, expires_in: life.as_secs(), csrf_token };
                (caller.set_session_cookie(&secret, life), Json(view)).into_response()
            }
        }
    }
}
