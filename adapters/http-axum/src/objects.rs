//! Objects behind signed URLs, where we serve them ourselves: whoever has the URL may do what was signed, and needs
//! to be nobody.

mod answer;
mod fault;
mod incoming;
mod outgoing;
mod pace;
mod range;
mod transfers;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{MatchedPath, RawQuery, State};
use axum::response::Response;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{Extensions, HeaderMap, Method, StatusCode};
use saaskit_gateway::{Access, Class};
use saaskit_kernel::{Bytestream, Download, ErrorKind, NewObject, PortError, Storage, Upload, UrlVerifier};
use tokio::sync::oneshot;
use tracing::Instrument as _;
use utoipa_axum::routes;

use crate::route::Entry;
use crate::{Caller, Problem, RequestFault, Resource, Row};

pub use fault::ObjectFault;
pub(crate) use fault::{RANGE_OUTSIDE, UPLOAD_STALLED};
use incoming::Ending;
pub use pace::Pace;
use range::Wanted;
pub use transfers::Transfers;
use transfers::{Place, Places};

/// Where objects are served, by GET and PUT: what signs URLs has to lead here.
pub const PATH: &str = "/api/v1/objects";

const ROWS: &[Row<Objects>] = &[
    Row::new(Access::Public, Class::Read, || routes!(get_object)),
    Row::new(Access::Public, Class::Write, || routes!(put_object)),
];

/// What is served, and to whom. Clones share what is under way.
#[derive(Debug, Clone)]
pub struct Objects {
    storage: Arc<dyn Storage>,
    verifier: Arc<dyn UrlVerifier>,
    transfers: Transfers,
    places: Arc<Places>,
}

impl Objects {
    /// What is there, for whoever has a URL that the verifier knows.
    pub fn new(storage: Arc<dyn Storage>, verifier: Arc<dyn UrlVerifier>, transfers: Transfers) -> Self {
        Self { storage, verifier, transfers, places: Places::of(&transfers) }
    }
}

/// The routes of objects.
pub(crate) fn entries() -> Vec<Entry> {
    ROWS.iter().map(Row::entry).collect()
}

/// Signed URLs as a resource.
pub fn resource(objects: &Objects) -> Resource {
    Resource::new(ROWS, objects)
}

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
    (status = 416, description = "The range is outside of the object."),
    (status = 503, description = "As many downloads as this server carries are under way.")))]
async fn get_object(
    State(objects): State<Objects>,
    caller: Caller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let query = query.unwrap_or_default();
    let download = objects.verifier.may_download(&query).ok_or(ObjectFault::UrlRefused)?;
    let place = objects.places.for_download(caller.pass().ip())?;
    match Wanted::of(&headers) {
        Some(wanted) => objects.give_range(&download, &wanted, place).await,
        None => objects.give(&download, place).await,
    }
}

/// The bytes have their pace; the storage has so long after the last of them.
const KEPT_WITHIN: Duration = Duration::from_secs(10);
/// How often an object may be replaced between two looks at it.
const TRIES: usize = 3;

impl Objects {
    async fn give(&self, download: &Download, place: Place) -> Result<Response, Problem> {
        let object = self.storage.get(&download.key, None).await.map_err(ObjectFault::Storage)?;
        let object = object.ok_or(RequestFault::NotFound)?;
        answer::of(download, object, None, |body, length| self.body(body, length, place))
    }

    /// The range is worked out of what was seen before: if the object was replaced since, all begins anew.
    async fn give_range(
        &self,
        download: &Download,
        wanted: &Wanted,
        place: Place,
    ) -> Result<Response, Problem> {
        for _ in 0..TRIES {
            let seen = self.storage.head(&download.key).await.map_err(ObjectFault::Storage)?;
            let seen = seen.ok_or(RequestFault::NotFound)?;
            let range = match wanted.from(&seen) {
                Ok(range) => range,
                Err(outside) => return Ok(answer::outside(outside)),
            };
            match self.storage.get(&download.key, range.clone()).await {
                Ok(Some(object)) if object.info.tag == seen.tag => {
                    let body = |body, length| self.body(body, length, place);
                    return answer::of(download, object, range.as_ref(), body);
                }
                Ok(Some(_)) => {}
                Ok(None) => return Err(RequestFault::NotFound.into()),
                Err(error) if error.kind() == ErrorKind::Invalid => {}
                Err(error) => return Err(ObjectFault::Storage(error).into()),
            }
        }
        let restless =
            PortError::new(ErrorKind::Unavailable, "http").because("it is replaced again and again");
        Err(ObjectFault::Storage(restless).into())
    }

    fn body(&self, bytes: Bytestream, length: u64, place: Place) -> Body {
        outgoing::body(bytes, length, self.transfers.slowest_download, place)
    }
}

/// Stores an object of just the type, the length and, where it was signed, the checksum the URL was made for.
#[utoipa::path(put, path = PATH, tag = "objects", params(Signed),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The bytes."),
    responses((status = 204, description = "It is stored."),
        (status = 403, description = "The URL was changed, is over, or was signed for something else."),
        (status = 408, description = "The bytes come too slowly."),
        (status = 409, description = "The same object is being uploaded."),
        (status = 422, description = "The bytes are others than were said."),
        (status = 503, description = "As many uploads as this server carries are under way.")))]
async fn put_object(
    State(objects): State<Objects>,
    caller: Caller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Problem> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let length = text(CONTENT_LENGTH).and_then(|length| length.parse().ok());
    let said = text(CONTENT_TYPE).zip(length).zip(query);
    let ((kind, length), query) = said.ok_or(ObjectFault::UrlRefused)?;
    let kind = kind.to_owned();
    let known = move |objects: &Objects| objects.verifier.may_upload(&query, &kind, length);
    let upload = known(&objects).ok_or(ObjectFault::UrlRefused)?;
    let place = objects.places.for_upload(&upload.key, caller.pass().ip())?;
    let (least, ending, asked) = (objects.transfers.slowest_upload, Ending::default(), objects.clone());
    let (_asks, gone) = oneshot::channel();
    let body = incoming::bytes(body, least, move || known(&asked).is_some(), ending.clone(), gone);
    let Upload { key, content_type, length, sha256 } = upload;
    let object = NewObject { key, content_type, metadata: BTreeMap::new(), length, sha256, body };
    // Whoever leaves ends the body and nothing else: the place is taken for as long as the storage writes.
    let putting = tokio::spawn(
        async move {
            let put = objects.storage.put(object).await;
            drop(place);
            put
        }
        .in_current_span(),
    );
    let put = tokio::time::timeout(least.longest(length) + KEPT_WITHIN, putting).await;
    let put = put.map_err(|_| RequestFault::TimedOut)?.map_err(|_| RequestFault::Internal)?;
    put.map_err(|error| ending.fault(error))?;
    Ok(StatusCode::NO_CONTENT)
}
