use axum::Json;
use axum::extract::State;
use saaskit_auth::{Auth, Profile, User};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Asker, Body, Caller, IfMatch, Problem, Versioned};

/// What an account says of its owner.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProfileView {
    /// What the person is called.
    #[schema(example = "Ana Pop")]
    name: Option<String>,
    /// The language the person is written to in.
    #[schema(example = "en")]
    locale: &'static str,
}

/// What an account is to say of its owner.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ProfileBody {
    /// What the person is called; without it, nothing.
    #[schema(min_length = 1, max_length = 255, example = "Ana Pop")]
    name: Option<String>,
    /// The language to be written to in: `en` or `de`.
    #[schema(min_length = 2, max_length = 35, example = "en")]
    locale: String,
}

fn shown(user: &User) -> Versioned<Json<ProfileView>> {
    let name = user.name.as_ref().map(ToString::to_string);
    Versioned(user.version, Json(ProfileView { name, locale: user.locale.as_str() }))
}

/// Shows what your account says of you.
#[utoipa::path(get, path = "/api/v1/users/profile", tag = "users",
    responses((status = 200, description = "Your profile.", body = ProfileView)))]
pub(super) async fn show_profile(
    State(auth): State<Auth>,
    Asker(asker): Asker,
) -> Result<Versioned<Json<ProfileView>>, Problem> {
    Ok(shown(&auth.me(&asker).await?))
}

/// Replaces what your account says of you.
#[utoipa::path(put, path = "/api/v1/users/profile", tag = "users", request_body = ProfileBody, responses(
    (status = 200, description = "Your profile.", body = ProfileView),
    (status = 412, description = "It was changed since the version `If-Match` names.")))]
pub(super) async fn update_profile(
    State(auth): State<Auth>,
    caller: Caller,
    Asker(asker): Asker,
    IfMatch(version): IfMatch,
    Body(body): Body<ProfileBody>,
) -> Result<Versioned<Json<ProfileView>>, Problem> {
    let profile = Profile { name: body.name, locale: body.locale };
    Ok(shown(&auth.update_profile(caller.call(), &asker, &profile, version).await?))
}
