//! Answers that the asker has already are not sent again.

use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use saaskit_kernel::InstallationSecret;

use super::coded_tags::is_coding_of;
use crate::body::whole;
use crate::version::Shown;
use crate::{Problem, RequestFault};

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

    /// The one of them that is this, as its asker knows it; how an answer was encoded on its way does not matter.
    fn known<'a>(&'a self, tag: &'a str) -> Option<&'a str> {
        let lists = self.has.iter().filter_map(|list| list.to_str().ok());
        let mut tags = lists.flat_map(|list| list.split(',')).map(str::trim);
        tags.find_map(|known| match known.strip_prefix("W/").unwrap_or(known) {
            "*" => Some(tag),
            known => is_coding_of(known, tag).then_some(known),
        })
    }

    /// Refuses a change that is to be made only where there is nothing yet, or something else: what can be changed
    /// here was there before, and which it is `If-Match` says.
    pub(super) fn allow_change(&self, method: &Method) -> Result<(), RequestFault> {
        let changes = matches!(*method, Method::PUT | Method::PATCH | Method::DELETE);
        if changes && !self.has.is_empty() { Err(RequestFault::PreconditionFailed) } else { Ok(()) }
    }
}

/// Names what a JSON answer shows: by a hash of it, after its version where it has one. An asker who has it already
/// is told so instead.
pub(super) async fn answer(
    secret: &InstallationSecret,
    condition: &Condition,
    response: Response,
) -> Result<Response, Problem> {
    let version = response.extensions().get::<Shown>().copied();
    let is_made = response.status() == StatusCode::CREATED && version.is_some();
    let is_shown = response.status() == StatusCode::OK || is_made;
    let is_whole = response.body().size_hint().exact().is_some();
    if !is_shown || !is_whole || !is_json(response.headers()) || !(condition.is_read || version.is_some()) {
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
    let known = condition.known(&tag).filter(|_| condition.is_read);
    if let Ok(tag) = HeaderValue::try_from(known.unwrap_or(&tag)) {
        parts.headers.insert(ETAG, tag);
    }
    if known.is_some() {
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
