use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use futures_util::future::{Either, Map};
use tokio::time::Timeout;
use tokio::time::error::Elapsed;
use tower::{Layer, Service};

use crate::{Problem, RequestFault, objects};

/// Gives a request up after that long; an upload is given up by its route, which knows how much is to come.
pub fn timeout(longest: Duration) -> TimeoutLayer {
    TimeoutLayer(longest)
}

/// See [`timeout`].
#[derive(Debug, Clone, Copy)]
pub struct TimeoutLayer(Duration);

/// See [`timeout`].
#[derive(Debug, Clone, Copy)]
pub struct Timed<S> {
    longest: Duration,
    inner: S,
}

impl<S> Layer<S> for TimeoutLayer {
    type Service = Timed<S>;

    fn layer(&self, inner: S) -> Timed<S> {
        Timed { longest: self.0, inner }
    }
}

type InTime<E> = Result<Result<Response, E>, Elapsed>;

impl<S: Service<Request, Response = Response>> Service<Request> for Timed<S> {
    type Response = Response;
    type Error = S::Error;
    type Future =
        Either<S::Future, Map<Timeout<S::Future>, fn(InTime<S::Error>) -> Result<Response, S::Error>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let is_upload = objects::is_upload(request.method(), request.extensions());
        let serving = self.inner.call(request);
        if is_upload {
            return Either::Left(serving);
        }
        Either::Right(tokio::time::timeout(self.longest, serving).map(in_time))
    }
}

fn in_time<E>(served: InTime<E>) -> Result<Response, E> {
    served.unwrap_or_else(|_| Ok(Problem::from(RequestFault::TimedOut).into_response()))
}
