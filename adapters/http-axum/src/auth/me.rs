use axum::Json;
use axum::extract::State;
use saaskit_auth::{Auth, User};
use saaskit_kernel::{Timestamp, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Asker, Caller, Problem};

/// An account as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Me {
    /// Its id.
    #[schema(value_type = String, example = "usr_01h455vb4pex5vsknk084sn02q")]
    id: UserId,
    /// The address it signs in with.
    #[schema(format = Email, example = "ana@example.com")]
    email: String,
    /// What the person is called.
    #[schema(example = "Ana Pop")]
    name: Option<String>,
    /// The language the person is written to in.
    #[schema(example = "en")]
    locale: &'static str,
    /// Whether the address is proved.
    email_verified: bool,
    /// Whether it operates the installation.
    super_admin: bool,
    /// When it was made.
    #[schema(value_type = String, format = DateTime, example = "2026-11-21T12:00:00.000Z")]
    created_at: Timestamp,
    /// For a browser's session: what its changes carry in `x-csrf-token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    csrf_token: Option<String>,
}

impl Me {
    fn new(user: User, csrf_token: Option<String>) -> Self {
        Self {
            id: user.id,
            email: user.email.original().to_owned(),
            name: user.name.map(|name| name.to_string()),
            locale: user.locale.as_str(),
            email_verified: user.verified_at.is_some(),
            super_admin: user.super_admin,
            created_at: user.created_at,
            csrf_token,
        }
    }
}

/// Shows who you are.
#[utoipa::path(get, path = "/api/v1/auth/me", tag = "auth",
    responses((status = 200, description = "Your account.", body = Me)))]
pub(super) async fn show_me(
    State(auth): State<Auth>,
    caller: Caller,
    Asker(asker): Asker,
) -> Result<Json<Me>, Problem> {
    Ok(Json(Me::new(auth.me(&asker).await?, caller.csrf_token())))
}
