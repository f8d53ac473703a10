use axum::Json;
use axum::extract::State;
use saaskit_auth::Auth;
use saaskit_gateway::Limit;
use saaskit_kernel::Secret;
use serde::Deserialize;
use utoipa::ToSchema;

use super::device_token;
use super::tokens::TokensView;
use crate::{Body, Caller, Device, Problem};

/// What a session goes on by.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct RefreshBody {
    /// The refresh token that was given last.
    #[schema(value_type = String, max_length = 43, example = "kZc1n5mYb0n8v3g5u2xV1r7p9s4w6q8e0t2y4u6i8o0")]
    refresh_token: Secret,
}

/// Gives the next tokens of a session. Whoever lost the answer asks again with the same token and gets the same next
/// one, until ten seconds after that was used; a token that was replaced longer ago was stolen, and ends the session.
#[utoipa::path(post, path = "/api/v1/auth/refresh", tag = "auth", request_body = RefreshBody, responses(
    (status = 200, description = "The session goes on by these.", body = TokensView),
    (status = 401, description = "`REFRESH_INVALID`: sign in again. `REFRESH_REUSED`: the session was ended.")))]
pub(super) async fn refresh(
    State(auth): State<Auth>,
    caller: Caller,
    device: Device,
    Body(body): Body<RefreshBody>,
) -> Result<Json<TokensView>, Problem> {
    let shown = auth.shown(&body.refresh_token).await?;
    caller.draw_on(Limit::Refresh, shown.session().uuid().as_bytes()).await?;
    let tokens = auth.renew(caller.call(), shown, device_token(device).as_ref()).await?;
    Ok(Json(tokens.into()))
}
