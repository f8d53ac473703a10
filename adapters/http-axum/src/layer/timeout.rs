use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::{Problem, RequestFault};

/// Gives a request up after that long.
pub async fn timeout(State(longest): State<Duration>, request: Request, next: Next) -> Response {
    let answer = tokio::time::timeout(longest, next.run(request)).await;
    answer.unwrap_or_else(|_| Problem::from(RequestFault::TimedOut).into_response())
}
