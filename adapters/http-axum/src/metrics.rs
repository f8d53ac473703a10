//! What the service counted, for whoever collects it: in the text format of Prometheus.

mod metric;

use std::fmt;
use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use saaskit_gateway::{Access, Class, Refusal};
use saaskit_kernel::{Secret, constant_time_eq};
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::layer::bearer;
use crate::route::Entry;
use crate::{Problem, RequestFault, Resource, Row};

pub use crate::layer::Requests;
pub use metric::Metric;

const ROWS: &[Row<Metrics>] = &[
    Row::new(Access::Public, Class::Read, || routes!(metrics)),
    Row::new(Access::Public, Class::Read, || routes!(metrics)).under("/api/v1"),
];

/// The routes of metrics.
pub(crate) fn entries() -> Vec<Entry> {
    ROWS.iter().map(Row::entry).collect()
}

/// Metrics as a resource.
pub fn resource(metrics: &Metrics) -> Resource {
    Resource::new(ROWS, metrics)
}

/// All that is counted, and who may see it: whoever asks on the machine itself, or shows the token. Cheap to clone.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    token: Option<Secret>,
    look: Box<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>,
}

impl Metrics {
    /// Those of a registry. `look` runs before each answer, for what is looked at rather than counted; whoever waits
    /// for it waits for the answer, so it has a bound of its own.
    pub fn new<L>(
        registry: Registry,
        token: Option<Secret>,
        look: impl Fn() -> L + Send + Sync + 'static,
    ) -> Self
    where
        L: Future<Output = ()> + Send + 'static,
    {
        Self(Arc::new(Inner { registry, token, look: Box::new(move || Box::pin(look())) }))
    }

    /// Without a token to show, there is nothing here for others.
    fn admit(&self, caller: &Caller, headers: &HeaderMap) -> Result<(), Problem> {
        if caller.is_local() {
            return Ok(());
        }
        let Some(token) = &self.0.token else { return Err(RequestFault::NotFound.into()) };
        let is_shown =
            bearer(headers).is_some_and(|it| constant_time_eq(it.as_bytes(), token.expose().as_bytes()));
        if is_shown { Ok(()) } else { Err(Refusal::Unauthenticated.into()) }
    }

    async fn text(&self) -> Result<String, fmt::Error> {
        (self.0.look)().await;
        let mut text = String::new();
        encode(&mut text, &self.0.registry).map(|()| text)
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").field("token", &self.0.token).finish_non_exhaustive()
    }
}

/// The same text is in both formats, the newer one and the one it came from.
fn content_type(headers: &HeaderMap) -> HeaderValue {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    HeaderValue::from_static(if accepted.contains("application/openmetrics-text") {
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    } else {
        "text/plain; version=0.0.4; charset=utf-8"
    })
}

/// What was counted; for the machine itself, or with the token as a bearer. Without a token nobody else finds it.
#[utoipa::path(get, path = "/metrics", tag = "health", responses(
    (status = 200, description = "The metrics.", body = String, content_type = "text/plain"),
    (status = 401, description = "Not the token."),
    (status = 404, description = "There is no token.")))]
async fn metrics(
    State(metrics): State<Metrics>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    metrics.admit(&caller, &headers)?;
    let text = metrics.text().await.map_err(|error| Problem::from(RequestFault::Internal).because(error))?;
    Ok(([(CONTENT_TYPE, content_type(&headers))], text).into_response())
}
