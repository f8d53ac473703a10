//! Answers that the asker has already are not sent again.

use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use saaskit_kernel::InstallationSecret;

use crate::Problem;
use crate::body::whole;
use crate::version::Shown;

/// What a request says about the answers it has.
pub(super) struct Condition {
    is_read: bool,
    has: Vec<HeaderValue>,
}

impl Condition {
    pub(super) fn of(request: &Request) -> Self {
        let has = request.headers().get_all(IF_NONE_MATCH).iter().cloned().collect();
        Self { is_read: matches!(*request.method(), Method::GET | Method::HEAD), has }
    }

    /// Whether one of them is this; how an answer was encoded on its way does not matter.
    fn has(&self, tag: &str) -> bool {
        let lists = self.has.iter().filter_map(|list| list.to_str().ok());
        let mut tags = lists.flat_map(|list| list.split(',')).map(str::trim);
        tags.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
    }
}

/// Names what a JSON answer shows: by a hash of it, after its version where it has one. An asker who has it already
/// is told so instead.
pub(super) async fn answer(
    secret: &InstallationSecret,
    condition: Condition,
    response: Response,
) -> Result<Response, Problem> {
    let version = response.extensions().get::<Shown>().copied();
    let is_whole = response.status() == StatusCode::OK && response.body().size_hint().exact().is_some();
    if !is_whole || !is_json(response.headers()) || !(condition.is_read || version.is_some()) {
        return Ok(response);
    }
    let (mut parts, body) = response.into_parts();
    let bytes = whole(body).await?;
    let hash = secret.fingerprint("http.etag", &bytes);
    let hash = URL_SAFE_NO_PAD.encode(&hash[..16]);
    let tag = match version {
        Some(version) => version.tag(&hash),
        None => format!("\"{hash}\""),
    };
    let is_known = condition.is_read && condition.has(&tag);
    if let Ok(tag) = HeaderValue::try_from(tag) {
        parts.headers.insert(ETAG, tag);
    }
    if is_known {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(CONTENT_TYPE);
        parts.headers.remove(CONTENT_LENGTH);
        return Ok(Response::from_parts(parts, Body::empty()));
    }
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn is_json(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/json"))
}
