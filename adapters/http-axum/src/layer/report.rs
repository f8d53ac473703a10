use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use saaskit_kernel::{ErrorContext, ErrorReporter, RequestId};

use crate::problem::Bug;

/// Hands bugs to whoever collects them, with the request and the route's template, never the path.
pub async fn report(
    State(reporter): State<Arc<dyn ErrorReporter>>,
    request: Request,
    next: Next,
) -> Response {
    let context = ErrorContext {
        request: request.extensions().get::<RequestId>().cloned(),
        operation: request.extensions().get::<MatchedPath>().map(|route| route.as_str().to_owned()),
    };
    let response = next.run(request).await;
    if let Some(Bug(bug)) = response.extensions().get() {
        reporter.report(&**bug, &context);
    }
    response
}
