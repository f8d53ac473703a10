use saaskit_auth::AccessToken;
use serde::Serialize;
use utoipa::ToSchema;

/// A session that goes on: by a fresh access token where tokens carry it, by the cookie it has otherwise.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Renewed {
    /// Shown as `Authorization: Bearer …`; `null` where a cookie carries the session.
    access_token: Option<String>,
    /// For how long it is good, in seconds.
    #[schema(example = 900)]
    expires_in: Option<u64>,
}

impl From<Option<AccessToken>> for Renewed {
    fn from(token: Option<AccessToken>) -> Self {
        let expires_in = token.as_ref().map(|token| token.expires_in.as_secs());
        Self { access_token: token.map(|token| token.secret.expose().to_owned()), expires_in }
    }
}
