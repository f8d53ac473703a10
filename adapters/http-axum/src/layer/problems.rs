use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::CONTENT_LENGTH;
use saaskit_kernel::RequestId;

use crate::problem::About;
use crate::{Problem, PublicUrl};

/// Completes problems with what only the request knows: its id and its path (never the query).
pub async fn problems(State(public_url): State<PublicUrl>, request: Request, next: Next) -> Response {
    let instance = request.uri().path().to_owned();
    let id = request.extensions().get::<RequestId>().cloned();
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    let about = About {
        public_url: public_url.origin().as_str(),
        instance: &instance,
        request_id: id.as_ref().map_or("", RequestId::as_str),
    };
    *response.body_mut() = problem.render(about).into_body();
    response.headers_mut().remove(CONTENT_LENGTH);
    response
}
