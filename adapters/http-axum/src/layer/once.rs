//! A request that names itself by a key has one effect, and its answer is given again.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, ETAG, LOCATION, SET_COOKIE};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use saaskit_gateway::{Closing, Idempotency, Named, Opening, Refusal, Repeated};
use saaskit_kernel::KeptAnswer;

use super::Gate;
use super::conditional::{self, Condition};
use crate::Problem;
use crate::body::{self, whole};
use crate::caller::Caller;
use crate::problem::About;

const KEY: &str = "idempotency-key";
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Headers that belong to an answer wherever it is given.
const KEPT: [HeaderName; 3] = [CONTENT_TYPE, LOCATION, ETAG];
/// A larger answer is not kept.
const LARGEST: usize = 256 * 1024;

/// The key a request names itself by.
pub(super) struct Key {
    text: String,
    idempotency: Idempotency,
}

impl Key {
    /// Of a POST by somebody who is known; whoever is not known can't name requests.
    pub(super) fn of(caller: &Caller, request: &Request) -> Option<Result<Self, Problem>> {
        let value = request.headers().get(KEY)?;
        let idempotency = caller.edge().idempotency.clone()?;
        if request.method() != Method::POST || caller.principal().is_none() {
            return None;
        }
        let text = value.to_str().map(str::to_owned).map_err(|_| Refusal::from(Repeated::KeyInvalid).into());
        Some(text.map(|text| Self { text, idempotency }))
    }
}

pub(super) async fn serve(
    gate: &Gate,
    caller: Caller,
    Key { text: key, idempotency }: Key,
    condition: &Condition,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let (parts, bytes) = read(request).await?;
    let principal = caller.principal().ok_or(Refusal::Unauthenticated)?;
    let named = Named {
        by: principal,
        tenant: caller.pass().tenant(),
        key: &key,
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        body: &bytes,
        is_secret: gate.is_secret,
        timeout: gate.edge.settings.timeout,
    };
    let claim = match idempotency.open(&named).await.map_err(Problem::refused)? {
        Opening::Serve(claim) => claim,
        Opening::Replay(answer) => return Ok(replay(answer)),
    };
    let mut request = Request::from_parts(parts.clone(), Body::from(bytes.clone()));
    request.extensions_mut().insert(caller.clone().claiming(claim));
    let response = conditional::answer(&caller.edge().secret, condition, next.run(request).await).await?;
    let (response, answer) = keep(&caller, &parts, response).await?;
    match idempotency.close(&named, claim, answer).await {
        Ok(Closing::Own) => Ok(response),
        Ok(Closing::Others(Ok(answer))) => Ok(replay(answer)),
        Ok(Closing::Others(Err(repeated))) => Err(Refusal::from(repeated).into()),
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "an answer could not be kept");
            Ok(response)
        }
    }
}

async fn read(request: Request) -> Result<(Parts, Bytes), Problem> {
    let (parts, body) = request.into_parts();
    let whole = Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await;
    Ok((parts, whole.map_err(|rejection| body::fault(&rejection))?))
}

/// The response, and what of it is kept: nothing of a failure of ours, of what sets a cookie, or of what is large or
/// of no known length.
async fn keep(
    caller: &Caller,
    asked: &Parts,
    response: Response,
) -> Result<(Response, Option<KeptAnswer>), Problem> {
    use axum::body::HttpBody as _;
    let length = response.body().size_hint().exact().and_then(|length| usize::try_from(length).ok());
    let fits = length.is_some_and(|length| length <= LARGEST);
    if response.status().is_server_error() || response.headers().contains_key(SET_COOKIE) || !fits {
        return Ok((response, None));
    }
    let (mut parts, body) = response.into_parts();
    let mut bytes = whole(body).await?;
    if let Some(problem) = parts.extensions.get::<Problem>() {
        let about = About {
            public_url: caller.edge().settings.public_url.origin().as_str(),
            instance: asked.uri.path(),
            request_id: caller.call().request.as_str(),
        };
        let complete = problem.render(about);
        bytes = whole(complete.into_body()).await?;
        parts.headers.remove(http::header::CONTENT_LENGTH);
    }
    let kept = KEPT.iter().filter_map(|name| {
        let value = parts.headers.get(name)?.to_str().ok()?;
        Some((name.as_str().to_owned(), value.to_owned()))
    });
    let answer = KeptAnswer { status: parts.status.as_u16(), headers: kept.collect(), body: bytes.to_vec() };
    Ok((Response::from_parts(parts, Body::from(bytes)), Some(answer)))
}

fn replay(KeptAnswer { status, headers, body }: KeptAnswer) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut response = (status, body).into_response();
    response.headers_mut().remove(CONTENT_TYPE);
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
