use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::{IntoResponse as _, Response};
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HOST};
use hyper::{Request, StatusCode, Version};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::HEADERS_WITHIN;
use super::busy::Busy;
use super::stream::Impatient;
use super::unread::{Unread, Watched};

/// HTTP/2 requests at once on one connection, and bytes kept for each that its client does not read.
const STREAMS: u32 = 32;
const UNREAD: usize = 64 * 1024;
/// A client that reads nothing of an answer for so long, or almost twice as long, is let go.
const READS_WITHIN: Duration = Duration::from_secs(30);
/// A connection on which nothing is asked for so long, or almost twice as long, is ended.
const ASKS_AGAIN_WITHIN: Duration = Duration::from_mins(1);

/// Answers what is asked on one connection, until its client leaves or the server stops.
pub(super) async fn answer<S>(stream: S, peer: SocketAddr, router: Router, stop: &CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (unread, busy) = (Unread::default(), Busy::default());
    let (watched, asked) = (unread.clone(), busy.clone());
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        let (router, unread, under_way) = (router.clone(), watched.clone(), asked.begin());
        async move {
            let answer =
                if names_one_host(&request) { router.oneshot(request).await? } else { refused(&request) };
            Ok::<_, std::convert::Infallible>(answer.map(|body| Watched::new(body, &unread, under_way)))
        }
    });
    let builder = builder();
    let stream = TokioIo::new(Impatient::new(stream, READS_WITHIN));
    let mut connection = pin!(builder.serve_connection(stream, service));
    let mut stands_still = pin!(unread.stands_still(READS_WITHIN));
    tokio::select! {
        // First, so that what has arrived is read before the connection is told to end.
        biased;
        ended = connection.as_mut() => return note(ended),
        () = stands_still.as_mut() => return let_go(),
        () = busy.idles(ASKS_AGAIN_WITHIN) => connection.as_mut().graceful_shutdown(),
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    tokio::select! {
        ended = connection => note(ended),
        () = stands_still => let_go(),
    }
}

fn let_go() {
    tracing::debug!("a client that reads nothing was let go");
}

fn note<E: AsRef<dyn std::error::Error + Send + Sync>>(ended: Result<(), E>) {
    if let Err(error) = ended {
        let error: &dyn std::error::Error = error.as_ref();
        tracing::debug!(error, "a connection ended early");
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS_WITHIN);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_send_buf_size(UNREAD)
        .keep_alive_interval(Duration::from_secs(20));
    builder
}

/// Whether it says once, and in one way, whom it is for (RFC 9112 section 3.2, RFC 9113 section 8.3.1): what stands
/// between might have read another of several names than we do.
fn names_one_host<B>(request: &Request<B>) -> bool {
    let mut hosts = request.headers().get_all(HOST).iter();
    let authority = request.uri().authority();
    match (hosts.next(), hosts.next()) {
        (_, Some(_)) => false,
        (Some(host), None) => {
            authority.is_none_or(|authority| authority.as_str().as_bytes() == host.as_bytes())
        }
        (None, None) => request.version() != Version::HTTP_11,
    }
}

/// As what is no HTTP at all is refused.
fn refused<B>(request: &Request<B>) -> Response<Body> {
    let mut answer = StatusCode::BAD_REQUEST.into_response();
    if request.version() != Version::HTTP_2 {
        answer.headers_mut().insert(CONNECTION, hyper::header::HeaderValue::from_static("close"));
    }
    answer
}

#[cfg(test)]
mod tests;
