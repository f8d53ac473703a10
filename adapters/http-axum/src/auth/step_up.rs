use axum::extract::State;
use axum::response::Response;
use saaskit_auth::Auth;
use saaskit_kernel::Secret;
use serde::Deserialize;
use utoipa::ToSchema;

use super::device_token;
use super::renewed::Renewed;
use crate::{Asker, Body, Caller, Device, Problem};

/// Who you are, proved again.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct StepUpBody {
    /// Your password.
    #[schema(value_type = String, format = Password, max_length = 256, example = "Correct-horse-7")]
    password: Secret,
}

/// Proves again who you are, as routes ask for by `STEP_UP_REQUIRED`. Go on with the token that is answered, or
/// the cookie that is set.
#[utoipa::path(post, path = "/api/v1/auth/step-up", tag = "auth", request_body = StepUpBody, responses(
    (status = 200, description = "You proved who you are.", body = Renewed),
    (status = 401, description = "The password is wrong, or the account is locked.")))]
pub(super) async fn step_up(
    State(auth): State<Auth>,
    caller: Caller,
    Asker(asker): Asker,
    device: Device,
    Body(body): Body<StepUpBody>,
) -> Result<Response, Problem> {
    let device = device_token(device);
    let goes_on = auth.step_up(caller.call(), &asker, &body.password, device.as_ref()).await?;
    Ok(Renewed::answer(&caller, goes_on))
}
