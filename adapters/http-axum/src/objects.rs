//! Objects behind signed URLs, where we serve them ourselves: whoever has the URL may do what was signed, and needs
//! to be nobody.

mod answer;
mod fault;
mod range;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{MatchedPath, RawQuery, State};
use axum::response::Response;
use futures_util::{StreamExt as _, TryStreamExt as _};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{Extensions, HeaderMap, Method, StatusCode};
use saaskit_gateway::{Access, Class};
use saaskit_kernel::{Download, ErrorKind, NewObject, PortError, Storage, Upload, UrlVerifier};
use utoipa_axum::routes;

use crate::route::Entry;
use crate::{Problem, RequestFault, Resource, Row};

pub use fault::ObjectFault;
pub(crate) use fault::RANGE_OUTSIDE;
use range::Wanted;

/// Where objects are served, by GET and PUT: what signs URLs has to lead here.
pub const PATH: &str = "/api/v1/objects";

const ROWS: &[Row<Objects>] = &[
    Row::new(Access::Public, Class::Read, || routes!(get_object)),
    Row::new(Access::Public, Class::Write, || routes!(put_object)),
];

/// What is served, and to whom.
#[derive(Debug, Clone)]
pub struct Objects {
    /// Where the objects are.
    pub storage: Arc<dyn Storage>,
    /// Knows what was signed.
    pub verifier: Arc<dyn UrlVerifier>,
}

/// The routes of objects.
pub(crate) fn entries() -> Vec<Entry> {
    ROWS.iter().map(Row::entry).collect()
}

/// Signed URLs as a resource.
pub fn resource(objects: &Objects) -> Resource {
    Resource::new(ROWS, objects)
}

/// The shortest time an upload gets, and the bytes it has to bring in each second more.
const PATIENCE: Duration = Duration::from_secs(30);
const SLOWEST: u64 = 16 * 1024;

/// Whether a request may take longer than others: by how much, its length tells.
pub(crate) fn is_upload(method: &Method, extensions: &Extensions) -> bool {
    let path = extensions.get::<MatchedPath>().map(MatchedPath::as_str);
    method == Method::PUT && path == Some(PATH)
}

/// What stands in a signed URL.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only described: what was signed is read by what signed it")]
struct Signed {
    /// Which object.
    #[param(max_length = 1024)]
    key: String,
    /// Until when, in seconds since 1970.
    #[param(minimum = 0, maximum = 253_402_300_799_i64)]
    expires: i64,
    /// Of a download: inline or attachment.
    #[param(max_length = 10)]
    disposition: Option<String>,
    /// Of a download: what it is to be saved as.
    #[param(max_length = 2000)]
    name: Option<String>,
    /// Of an upload: the SHA-256 of the bytes, where it was known.
    #[param(max_length = 64)]
    sha256: Option<String>,
    /// What proves that all of this was signed here.
    #[param(max_length = 64)]
    signature: String,
}

/// An object, or a range of it.
#[utoipa::path(get, path = PATH, tag = "objects", params(Signed), responses(
    (status = 200, description = "The object.", content_type = "application/octet-stream", body = Vec<u8>),
    (status = 206, description = "The range.", content_type = "application/octet-stream", body = Vec<u8>),
    (status = 403, description = "The URL was changed, is over, or was signed for something else."),
    (status = 404, description = "The object is not there, or not any more."),
    (status = 416, description = "The range is outside of the object.")))]
async fn get_object(
    State(objects): State<Objects>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let query = query.unwrap_or_default();
    let download = objects.verifier.may_download(&query).ok_or(ObjectFault::UrlRefused)?;
    read(&*objects.storage, &download, &headers).await
}

async fn read(storage: &dyn Storage, download: &Download, headers: &HeaderMap) -> Result<Response, Problem> {
    let range = match Wanted::of(headers) {
        None => None,
        Some(wanted) => {
            let info = storage.head(&download.key).await.map_err(ObjectFault::Storage)?;
            match wanted.from(&info.ok_or(RequestFault::NotFound)?) {
                Ok(range) => range,
                Err(outside) => return Ok(answer::outside(outside)),
            }
        }
    };
    let object = storage.get(&download.key, range.clone()).await.map_err(ObjectFault::Storage)?;
    answer::of(download, object.ok_or(RequestFault::NotFound)?, range.as_ref())
}

/// Stores an object of just the type, the length and, where it was signed, the checksum the URL was made for.
#[utoipa::path(put, path = PATH, tag = "objects", params(Signed),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The bytes."),
    responses((status = 204, description = "It is stored."),
        (status = 403, description = "The URL was changed, is over, or was signed for something else."),
        (status = 422, description = "The bytes are others than were said.")))]
async fn put_object(
    State(objects): State<Objects>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Problem> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let length = text(CONTENT_LENGTH).and_then(|length| length.parse().ok());
    let said = text(CONTENT_TYPE).zip(length).zip(query.as_deref());
    let upload = said.and_then(|((kind, length), query)| objects.verifier.may_upload(query, kind, length));
    let Upload { key, content_type, length, sha256 } = upload.ok_or(ObjectFault::UrlRefused)?;
    let lost = |_| PortError::new(ErrorKind::Unavailable, "http").because("the request broke off");
    let body = body.into_data_stream().map_err(lost).boxed();
    let object = NewObject { key, content_type, metadata: BTreeMap::new(), length, sha256, body };
    let patience = PATIENCE + Duration::from_secs(length / SLOWEST);
    let put = tokio::time::timeout(patience, objects.storage.put(object)).await;
    put.map_err(|_| RequestFault::TimedOut)?.map_err(ObjectFault::of_upload)?;
    Ok(StatusCode::NO_CONTENT)
}
