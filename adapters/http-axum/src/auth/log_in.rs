use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use saaskit_auth::{Auth, Carried, Carrier, LogIn};
use saaskit_gateway::Limit;
use saaskit_kernel::Secret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::device_token;
use super::tokens::TokensView;
use crate::cookie::ShownSession;
use crate::{Body, Caller, Device, Problem};

/// How to sign in.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct LogInBody {
    /// The account's address.
    #[schema(format = Email, max_length = 254, example = "ana@example.com")]
    email: String,
    /// The account's password.
    #[schema(value_type = String, format = Password, max_length = 256, example = "Correct-horse-7")]
    password: Secret,
    /// What is to carry the session: `tokens` that programs keep, or a `cookie` that browsers do.
    #[serde(default)]
    #[schema(value_type = String, max_length = 6, pattern = "^(tokens|cookie)$", example = "tokens")]
    carrier: CarrierName,
}

/// What carries a session.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum CarrierName {
    #[default]
    Tokens,
    Cookie,
}

impl From<CarrierName> for Carrier {
    fn from(name: CarrierName) -> Self {
        match name {
            CarrierName::Tokens => Self::Tokens,
            CarrierName::Cookie => Self::Cookie,
        }
    }
}

/// What carries the session, as it was asked for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it documents the answer, whose two forms are made where they are known")]
pub(super) enum SignedInView {
    Tokens(TokensView),
    Cookie(CookieView),
}

/// What belongs to the session's cookie, which is set beside it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CookieView {
    /// Sent back as `X-CSRF-Token` with every change.
    #[schema(example = "b2c…")]
    csrf_token: Option<String>,
    /// For how long the cookie is kept, in seconds.
    #[schema(example = 7_776_000)]
    expires_in: u64,
}

/// Signs in. A wrong address and a wrong password get the same answer, and so does an account that too many failures
/// have locked. The cookie by which a browser is known again is set in any case. A session whose cookie is replaced ends.
#[utoipa::path(post, path = "/api/v1/auth/login", tag = "auth", request_body = LogInBody, responses(
    (status = 200, description = "Signed in.", body = SignedInView),
    (status = 401, description = "The address or the password is wrong, or the account is locked."),
    (status = 403, description = "The password was right, and the account may not be used: unverified or suspended."),
    (status = 429, description = "Too many tries.")))]
pub(super) async fn log_in(
    State(auth): State<Auth>,
    caller: Caller,
    device: Device,
    shown: ShownSession,
    Body(LogInBody { email, password, carrier }): Body<LogInBody>,
) -> Result<Response, Problem> {
    caller.draw(Limit::Login, &email).await?;
    let ask =
        LogIn { email, password, device: device_token(device), carrier: carrier.into(), shown: shown.0 };
    let signed_in = auth.log_in(caller.call(), ask).await?;
    let known = caller.set_device_cookie(&signed_in.device.to_secret());
    Ok(match signed_in.carried {
        Carried::ByTokens(tokens) => (known, Json(TokensView::from(tokens))).into_response(),
        Carried::ByCookie { secret, life } => {
            let csrf_token = caller.csrf_token_of(&secret);
            let view = CookieView { csrf_token, expires_in: life.as_secs() };
            (known, caller.set_session_cookie(&secret, life), Json(view)).into_response()
        }
    })
}
