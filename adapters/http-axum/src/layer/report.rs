use std::sync::Arc;

use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use saaskit_kernel::{ErrorContext, ErrorReporter, RequestId};

use super::around::{Around, AroundLayer};
use crate::problem::Bug;

/// Hands bugs to whoever collects them, with the request and the route's template, never the path.
pub fn report(reporter: Arc<dyn ErrorReporter>) -> AroundLayer<Reported> {
    AroundLayer(Reported(reporter))
}

/// See [`report`].
#[derive(Debug, Clone)]
pub struct Reported(Arc<dyn ErrorReporter>);

impl Around for Reported {
    type Kept = (Option<RequestId>, Option<MatchedPath>);

    fn before(&self, request: &mut Request) -> Self::Kept {
        (request.extensions().get().cloned(), request.extensions().get().cloned())
    }

    fn after(&self, (request, route): Self::Kept, response: &mut Response) {
        if let Some(Bug(bug)) = response.extensions().get() {
            let operation = route.map(|route| route.as_str().to_owned());
            self.0.report(&**bug, &ErrorContext { request, operation });
        }
    }
}
