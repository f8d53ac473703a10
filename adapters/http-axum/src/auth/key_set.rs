use axum::Json;
use axum::extract::State;
use http::HeaderName;
use http::header::CACHE_CONTROL;
use saaskit_auth::Auth;
use serde_json::Value;

/// The public keys access tokens are verified with (RFC 7517). A key is here before the first token is signed
/// with it, and longer than the last one is good.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "auth",
    responses((status = 200, description = "A key set.", content_type = "application/json")))]
pub(super) async fn key_set(State(auth): State<Auth>) -> ([(HeaderName, &'static str); 1], Json<Value>) {
    ([(CACHE_CONTROL, "public, max-age=300")], Json(auth.jwks()))
}
