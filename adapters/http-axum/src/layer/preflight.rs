use std::task::{Context, Poll};

use axum::extract::Request;
use futures_util::future::Either;
use http::Method;
use tower::{Layer, Service};

/// The questions browsers ask before they ask go through this layer, too; all other requests pass it by.
#[derive(Debug, Clone)]
pub(crate) struct OfPreflights<L>(pub(crate) L);

/// See [`OfPreflights`].
#[derive(Debug, Clone)]
pub(crate) struct Preflights<P, S> {
    counted: P,
    inner: S,
}

impl<L: Layer<S>, S: Clone> Layer<S> for OfPreflights<L> {
    type Service = Preflights<L::Service, S>;

    fn layer(&self, inner: S) -> Self::Service {
        Preflights { counted: self.0.layer(inner.clone()), inner }
    }
}

impl<P, S> Service<Request> for Preflights<P, S>
where
    S: Service<Request>,
    P: Service<Request, Response = S::Response, Error = S::Error>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Either<P::Future, S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        if self.counted.poll_ready(context)?.is_pending() {
            return Poll::Pending;
        }
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if request.method() == Method::OPTIONS {
            Either::Left(self.counted.call(request))
        } else {
            Either::Right(self.inner.call(request))
        }
    }
}
