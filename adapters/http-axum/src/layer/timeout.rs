use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::{Problem, RequestFault, objects};

/// Gives a request up after that long; an upload is given up by its route, which knows how much is to come.
pub async fn timeout(State(longest): State<Duration>, request: Request, next: Next) -> Response {
    if objects::is_upload(request.method(), request.extensions()) {
        return next.run(request).await;
    }
    let answer = tokio::time::timeout(longest, next.run(request)).await;
    answer.unwrap_or_else(|_| Problem::from(RequestFault::TimedOut).into_response())
}
