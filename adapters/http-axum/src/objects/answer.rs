use std::ops::Range;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    ETAG,
};
use http::{HeaderName, HeaderValue, StatusCode};
use saaskit_kernel::{Bytestream, Download, StoredObject};

use super::ObjectFault;
use super::range::{Outside, e_tag};
use crate::layer::AsItIs;
use crate::{Problem, RequestFault};

/// Whatever is in it runs no script, loads nothing, and has no part in our origin.
const POLICY: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";

/// The object, or the range of it that was read, as that body.
pub(super) fn of(
    download: &Download,
    object: StoredObject,
    range: Option<&Range<u64>>,
    as_body: impl FnOnce(Bytestream, u64) -> Body,
) -> Result<Response, Problem> {
    let StoredObject { info, body } = object;
    let length = range.map_or(info.length, |range| range.end - range.start);
    let mut response = Response::new(as_body(body, length));
    response.extensions_mut().insert(AsItIs);
    let mut say = |name: HeaderName, value: String| -> Result<(), Problem> {
        let value = HeaderValue::try_from(value).map_err(|_| RequestFault::Internal)?;
        response.headers_mut().insert(name, value);
        Ok(())
    };
    say(CONTENT_TYPE, info.content_type.clone())?;
    say(CONTENT_LENGTH, length.to_string())?;
    say(CONTENT_DISPOSITION, download.content_disposition())?;
    say(CONTENT_SECURITY_POLICY, POLICY.to_owned())?;
    say(ACCEPT_RANGES, "bytes".to_owned())?;
    say(ETAG, e_tag(&info))?;
    if let Some(Range { start, end }) = range {
        say(CONTENT_RANGE, format!("bytes {start}-{}/{}", end - 1, info.length))?;
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

/// That there is nothing in the range, and where there would be.
pub(super) fn outside(Outside(length): Outside) -> Response {
    let mut response = Problem::from(ObjectFault::RangeOutside).into_response();
    if let Ok(all) = HeaderValue::try_from(format!("bytes */{length}")) {
        response.headers_mut().insert(CONTENT_RANGE, all);
    }
    response
}
