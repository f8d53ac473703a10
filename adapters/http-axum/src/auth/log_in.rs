use axum::Json;
use axum::extract::State;
use saaskit_auth::{Auth, LogIn};
use saaskit_gateway::Limit;
use saaskit_kernel::Secret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Body, Caller, Problem};

/// How to sign in.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct LogInBody {
    /// The account's address.
    #[schema(format = Email, max_length = 254, example = "ana@example.com")]
    email: String,
    /// The account's password.
    #[schema(value_type = String, format = Password, max_length = 256, example = "Correct-horse-7")]
    password: Secret,
}

/// A credential for the routes that need one.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Tokens {
    /// Shown as `Authorization: Bearer …`.
    access_token: String,
    /// How to show it.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// For how long it is good, in seconds.
    #[schema(example = 900)]
    expires_in: u64,
}

/// Signs in. A wrong address and a wrong password get the same answer.
#[utoipa::path(post, path = "/api/v1/auth/login", tag = "auth", request_body = LogInBody, responses(
    (status = 200, description = "Signed in.", body = Tokens),
    (status = 401, description = "The address or the password is wrong."),
    (status = 403, description = "The password was right, and the account may not be used: unverified or suspended.")))]
pub(super) async fn log_in(
    State(auth): State<Auth>,
    caller: Caller,
    Body(LogInBody { email, password }): Body<LogInBody>,
) -> Result<Json<Tokens>, Problem> {
    caller.draw(Limit::Login, &email).await?;
    let signed_in = auth.log_in(caller.call(), LogIn { email, password }).await?;
    Ok(Json(Tokens {
        access_token: signed_in.access_token.expose().to_owned(),
        token_type: "Bearer",
        expires_in: signed_in.expires_in.as_secs(),
    }))
}
