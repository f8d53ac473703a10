use saaskit_auth::Tokens;
use serde::Serialize;
use utoipa::ToSchema;

/// Credentials for the routes that need one.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TokensView {
    /// Shown as `Authorization: Bearer …`.
    access_token: String,
    /// How to show it.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// For how long it is good, in seconds.
    #[schema(example = 900)]
    expires_in: u64,
    /// Shown once, for the next tokens.
    #[schema(max_length = 43, example = "kZc1n5mYb0n8v3g5u2xV1r7p9s4w6q8e0t2y4u6i8o0")]
    refresh_token: String,
    /// For how long that is good, in seconds.
    #[schema(example = 1_209_600)]
    refresh_expires_in: u64,
}

impl From<Tokens> for TokensView {
    fn from(Tokens { access, refresh, refresh_expires_in }: Tokens) -> Self {
        Self {
            access_token: access.secret.expose().to_owned(),
            token_type: "Bearer",
            expires_in: access.expires_in.as_secs(),
            refresh_token: refresh.expose().to_owned(),
            refresh_expires_in: refresh_expires_in.as_secs(),
        }
    }
}
