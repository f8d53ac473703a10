//! Layers of two plain functions: what is done with a request, and with its answer.
//!
//! A middleware that is one asynchronous function owns what it wraps: with each request it copies all layers inside
//! of it and puts them into a box, so that layers cost by the square of their number. These neither copy nor box.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::response::Response;
use pin_project_lite::pin_project;
use tower::{Layer, Service};

/// What is done before a request is served, and after.
pub trait Around: Clone {
    /// What is kept of the request while it is served.
    type Kept;

    /// Looks at the request, or changes it.
    fn before(&self, request: &mut Request) -> Self::Kept;

    /// Looks at the answer, or changes it.
    fn after(&self, kept: Self::Kept, response: &mut Response);

    /// Goes on with serving it; whatever must be so while that is done is so inside of here.
    fn within<T>(_kept: &Self::Kept, go_on: impl FnOnce() -> T) -> T {
        go_on()
    }
}

/// A layer of something that is done [`Around`] each request.
#[derive(Debug, Clone, Copy)]
pub struct AroundLayer<A>(pub A);

impl<A: Clone, S> Layer<S> for AroundLayer<A> {
    type Service = AroundService<A, S>;

    fn layer(&self, inner: S) -> Self::Service {
        AroundService { around: self.0.clone(), inner }
    }
}

/// A service with something that is done [`Around`] each request.
#[derive(Debug, Clone, Copy)]
pub struct AroundService<A, S> {
    around: A,
    inner: S,
}

impl<A, S, B> Service<Request> for AroundService<A, S>
where
    A: Around,
    S: Service<Request, Response = http::Response<B>>,
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Serving<A, A::Kept, S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let kept = self.around.before(&mut request);
        let inner = A::within(&kept, || self.inner.call(request));
        Serving { inner, around: self.around.clone(), kept: Some(kept) }
    }
}

pin_project! {
    /// A request that is being served.
    #[derive(Debug)]
    pub struct Serving<A, K, F> {
        #[pin]
        inner: F,
        around: A,
        kept: Option<K>,
    }
}

impl<A, F, B, E> Future for Serving<A, A::Kept, F>
where
    A: Around,
    F: Future<Output = Result<http::Response<B>, E>>,
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Output = Result<Response, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let served = match &this.kept {
            Some(kept) => A::within(kept, || this.inner.poll(context)),
            None => this.inner.poll(context),
        };
        let mut response = ready!(served)?.map(Body::new);
        if let Some(kept) = this.kept.take() {
            this.around.after(kept, &mut response);
        }
        Poll::Ready(Ok(response))
    }
}
