use axum::extract::State;
use axum::response::Response;
use saaskit_auth::Auth;

use super::renewed::Renewed;
use crate::{Asker, Caller, Problem};

/// Has your session act in no workspace any more. Go on with the token that is answered, or the cookie
/// that is set.
#[utoipa::path(post, path = "/api/v1/auth/leave-tenant", tag = "auth",
    responses((status = 200, description = "Your session acts in no workspace.", body = Renewed)))]
pub(super) async fn leave_tenant(
    State(auth): State<Auth>,
    caller: Caller,
    Asker(asker): Asker,
) -> Result<Response, Problem> {
    Ok(Renewed::answer(&caller, auth.act_in(caller.call(), &asker, None).await?))
}
