use axum::extract::Request;
use axum::response::Response;
use http::Uri;
use http::header::CONTENT_LENGTH;
use saaskit_kernel::RequestId;

use super::around::{Around, AroundLayer};
use crate::problem::About;
use crate::{Problem, PublicUrl};

/// Completes problems with what only the request knows: its id and its path (never the query).
pub fn problems(public_url: PublicUrl) -> AroundLayer<Completed> {
    AroundLayer(Completed(public_url))
}

/// See [`problems`].
#[derive(Debug, Clone)]
pub struct Completed(PublicUrl);

impl Around for Completed {
    type Kept = (Uri, Option<RequestId>);

    fn before(&self, request: &mut Request) -> Self::Kept {
        (request.uri().clone(), request.extensions().get().cloned())
    }

    fn after(&self, (uri, id): Self::Kept, response: &mut Response) {
        let Some(problem) = response.extensions_mut().remove::<Problem>() else { return };
        let about = About {
            public_url: self.0.origin().as_str(),
            instance: uri.path(),
            request_id: id.as_ref().map_or("", RequestId::as_str),
        };
        *response.body_mut() = problem.render(about).into_body();
        response.headers_mut().remove(CONTENT_LENGTH);
    }
}
