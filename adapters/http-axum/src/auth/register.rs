use axum::Json;
use axum::extract::State;
use http::StatusCode;
use saaskit_auth::{Auth, Purpose, Register};
use saaskit_kernel::Secret;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Done;
use crate::cookie::SetCookie;
use crate::{Body, Caller, Problem};

/// A new account.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct RegisterBody {
    /// The address to sign in with.
    #[schema(format = Email, max_length = 254, example = "ana@example.com")]
    email: String,
    /// The password; which are good enough, the refusal says.
    #[schema(value_type = String, format = Password, max_length = 256, example = "Correct-horse-7")]
    password: Secret,
    /// What the person is called.
    #[schema(min_length = 1, max_length = 255, example = "Ana Pop")]
    name: Option<String>,
}

/// Makes an account. The answer is the same whether the address was free; the mail tells its owner. The password
/// counts once the link is opened on the browser that registered: that is known by the cookie that is set.
#[utoipa::path(post, path = "/api/v1/auth/register", tag = "auth", request_body = RegisterBody, responses(
    (status = 202, description = "A mail says how to go on.", body = Done),
    (status = 409, description = "The address has an account; only where the operator chose to tell.")))]
pub(super) async fn register(
    State(auth): State<Auth>,
    caller: Caller,
    Body(body): Body<RegisterBody>,
) -> Result<(StatusCode, SetCookie, Json<Done>), Problem> {
    let RegisterBody { email, password, name } = body;
    let proof = auth.register(caller.call(), Register { email, password, name }).await?;
    let kept = caller.set_registration_cookie(&proof.to_secret(), Purpose::VerifyEmail.life());
    Ok((StatusCode::ACCEPTED, kept, Json(Done { status: "accepted" })))
}
