use axum::Json;
use axum::extract::State;
use saaskit_auth::Auth;

use super::renewed::Renewed;
use crate::{Asker, Caller, Problem};

/// Has your session act in no workspace any more. Where tokens carry it, go on with the one answered.
#[utoipa::path(post, path = "/api/v1/auth/leave-tenant", tag = "auth",
    responses((status = 200, description = "Your session acts in no workspace.", body = Renewed)))]
pub(super) async fn leave_tenant(
    State(auth): State<Auth>,
    caller: Caller,
    Asker(asker): Asker,
) -> Result<Json<Renewed>, Problem> {
    Ok(Json(auth.act_in(caller.call(), &asker, None).await?.into()))
}
