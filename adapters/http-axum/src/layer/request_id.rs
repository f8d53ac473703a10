use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use saaskit_kernel::{RequestId, Source};

const HEADER: &str = "x-request-id";

/// Takes the caller's `x-request-id` if it is sane, else makes one; it is in the request's extensions and in the
/// answer.
pub async fn request_id(State(source): State<Source>, mut request: Request, next: Next) -> Response {
    let given = request.headers().get(HEADER).and_then(|value| value.to_str().ok());
    let id = given.and_then(RequestId::parse).unwrap_or_else(|| RequestId::fresh(&source));
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}
