use axum::Json;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use saaskit_auth::{Auth, ChangePassword};
use saaskit_gateway::Limit;
use saaskit_kernel::Secret;
use serde::Deserialize;
use utoipa::ToSchema;

use super::renewed::Renewed;
use super::verify_email::EmailBody;
use super::{Done, device_token};
use crate::{Asker, Body, Caller, Device, Problem};

/// Mails a link to set a new password; earlier ones are void. The answer is the same for every address.
#[utoipa::path(post, path = "/api/v1/auth/password/forgot", tag = "auth", request_body = EmailBody,
    responses((status = 202, description = "If there is an account, a mail is on its way.", body = Done)))]
pub(super) async fn forgot_password(
    State(auth): State<Auth>,
    caller: Caller,
    Body(body): Body<EmailBody>,
) -> Result<(StatusCode, Json<Done>), Problem> {
    caller.draw(Limit::Forgot, &body.email).await?;
    auth.forgot_password(caller.call(), &body.email).await?;
    Ok((StatusCode::ACCEPTED, Json(Done { status: "accepted" })))
}

/// A new password, by a token from a mail.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ResetBody {
    /// The token.
    #[schema(value_type = String, max_length = 43, example = "kZc1n5mYb0n8v3g5u2xV1r7p9s4w6q8e0t2y4u6i8o0")]
    pub(super) token: Secret,
    /// The new password; which are good enough, the refusal says.
    #[schema(value_type = String, format = Password, max_length = 256, example = "Correct-horse-7")]
    pub(super) password: Secret,
}

/// Sets a new password by the token that was mailed. A token is good for an hour and once, and stays good when the
/// password is refused. It signs you out everywhere and nobody in.
#[utoipa::path(post, path = "/api/v1/auth/password/reset", tag = "auth", request_body = ResetBody,
    responses((status = 200, description = "The password is set.", body = Done)))]
pub(super) async fn reset_password(
    State(auth): State<Auth>,
    caller: Caller,
    Body(body): Body<ResetBody>,
) -> Result<Json<Done>, Problem> {
    auth.reset_password(caller.call(), &body.token, &body.password).await?;
    Ok(Json(Done { status: "reset" }))
}

/// A new password, by the current one.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ChangeBody {
    /// The password that counts.
    #[schema(value_type = String, format = Password, max_length = 256, example = "Correct-horse-7")]
    current_password: Secret,
    /// The password that is to count; which are good enough, the refusal says.
    #[schema(value_type = String, format = Password, max_length = 256, example = "Another-horse-8")]
    password: Secret,
}

/// Changes your password; all your other sessions end. Go on with the token that is answered, or the
/// cookie that is set.
#[utoipa::path(post, path = "/api/v1/users/password/change", tag = "users", request_body = ChangeBody,
    responses((status = 200, description = "The password is changed.", body = Renewed)))]
pub(super) async fn change_password(
    State(auth): State<Auth>,
    caller: Caller,
    Asker(asker): Asker,
    device: Device,
    Body(body): Body<ChangeBody>,
) -> Result<Response, Problem> {
    let ChangeBody { current_password: current, password } = body;
    let ask = ChangePassword { current, password };
    let device = device_token(device);
    let goes_on = auth.change_password(caller.call(), &asker, &ask, device.as_ref()).await?;
    Ok(Renewed::answer(&caller, goes_on))
}
