use axum::extract::Request;
use axum::response::Response;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, ETAG, VARY};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::{Around, AroundLayer};

/// Tells the tag of an answer that was compressed on its way from the tag of the same answer as it was: what is
/// compared byte by byte must not share one. It is no weak one, for which no change could ask by `If-Match`.
pub fn coded_tags() -> AroundLayer<CodedTags> {
    AroundLayer(CodedTags)
}

/// What [`coded_tags`] does.
#[derive(Debug, Clone, Copy)]
pub struct CodedTags;

impl Around for CodedTags {
    type Kept = ();

    fn before(&self, _: &mut Request) {}

    fn after(&self, (): (), response: &mut Response) {
        let is_not_sent = response.status() == StatusCode::NOT_MODIFIED;
        let headers = response.headers_mut();
        if let Some(tag) = coded(headers) {
            headers.insert(ETAG, tag);
        }
        // What is not sent again could have been compressed.
        if is_not_sent && !headers.get_all(VARY).iter().any(|vary| vary == ACCEPT_ENCODING.as_str()) {
            headers.append(VARY, ACCEPT_ENCODING.into());
        }
    }
}

fn coded(headers: &HeaderMap) -> Option<HeaderValue> {
    let coding = headers.get(CONTENT_ENCODING)?.to_str().ok()?;
    let inside = headers.get(ETAG)?.to_str().ok()?.strip_prefix('"')?.strip_suffix('"')?;
    HeaderValue::try_from(format!("\"{inside}-{coding}\"")).ok()
}

/// Whether a tag is that one, or the one of the same answer compressed.
pub(crate) fn is_coding_of(tag: &str, plain: &str) -> bool {
    let rest = plain.strip_suffix('"').and_then(|plain| tag.strip_prefix(plain));
    rest.is_some_and(|rest| rest == "\"" || rest.starts_with('-') && rest.ends_with('"'))
}
