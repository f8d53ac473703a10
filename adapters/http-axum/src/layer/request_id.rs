use axum::extract::Request;
use axum::response::Response;
use http::HeaderValue;
use saaskit_kernel::{RequestId, Source};

use super::around::{Around, AroundLayer};

const HEADER: &str = "x-request-id";

/// Takes the caller's `x-request-id` if it is sane, else makes one; it is in the request's extensions and in the
/// answer.
pub fn request_id(source: Source) -> AroundLayer<Named> {
    AroundLayer(Named(source))
}

/// See [`request_id`].
#[derive(Debug, Clone)]
pub struct Named(Source);

impl Around for Named {
    type Kept = Option<HeaderValue>;

    fn before(&self, request: &mut Request) -> Self::Kept {
        let given = request.headers().get(HEADER).and_then(|value| value.to_str().ok());
        let id = given.and_then(RequestId::parse).unwrap_or_else(|| RequestId::fresh(&self.0));
        let shown = HeaderValue::from_str(id.as_str()).ok();
        request.extensions_mut().insert(id);
        shown
    }

    fn after(&self, shown: Self::Kept, response: &mut Response) {
        if let Some(shown) = shown {
            response.headers_mut().insert(HEADER, shown);
        }
    }
}
