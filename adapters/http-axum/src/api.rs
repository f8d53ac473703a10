use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use saaskit_gateway::{Door, Idempotency};
use saaskit_kernel::{ErrorReporter, InstallationSecret, Source};
use tower::util::MapResponseLayer;
use utoipa::openapi::OpenApi;

use crate::docs::{self, Docs};
use crate::edge::Edge;
use crate::fields::Shape;
use crate::layer::{Gate, Measured, OfPreflights, Requests, admit};
use crate::route::{Entry, Route};
use crate::{Problem, RequestFault, Resource, RouteInfo, Settings, layer, openapi};

/// The HTTP API: resources behind one door.
#[derive(Debug)]
pub struct Api {
    edge: Edge,
    docs: Docs,
    routes: Vec<Route>,
    requests: Requests,
}

impl Api {
    /// An API with nothing but its documentation; cursors and limits derive their keys from `secret`.
    pub fn new(door: Door, source: Source, secret: InstallationSecret, settings: Settings) -> Self {
        let docs = Docs::default();
        let Resource(routes) = Resource::new(docs::ROWS, &docs);
        let edge = Edge::new(door, source, secret, settings);
        Self { edge, docs, routes, requests: Requests::default() }
    }

    /// The same with a resource more.
    #[must_use]
    pub fn with(mut self, resource: Resource) -> Self {
        self.routes.extend(resource.0);
        self
    }

    /// The same, giving requests that name themselves by an `Idempotency-Key` one effect.
    #[must_use]
    pub fn with_idempotency(mut self, idempotency: Idempotency) -> Self {
        self.edge.idempotency = Some(idempotency);
        self
    }

    /// The same, handing bugs to whoever collects them.
    #[must_use]
    pub fn with_reporter(mut self, reporter: Arc<dyn ErrorReporter>) -> Self {
        self.edge.reporter = reporter;
        self
    }

    /// The same, counting its requests there.
    #[must_use]
    pub fn with_requests(mut self, requests: Requests) -> Self {
        self.requests = requests;
        self
    }

    /// The routes that are mounted.
    pub fn routes(&self) -> impl Iterator<Item = &RouteInfo> {
        self.routes.iter().map(|route| &route.entry.info)
    }

    /// The OpenAPI document of what is mounted.
    pub fn document(&self) -> OpenApi {
        openapi::document(self.routes.iter().map(|route| &route.entry), &self.edge.settings.public_url)
    }

    /// The router. Serve it with `into_make_service_with_connect_info::<SocketAddr>()`: without the address of its
    /// peer every caller counts as one.
    pub fn router(self) -> Router {
        let document = serde_json::to_vec(&self.document()).unwrap_or_default();
        self.docs.0.get_or_init(|| Bytes::from(document));
        let measured = self.requests.of(self.routes());
        let Self { edge, routes, .. } = self;
        let edge = Arc::new(edge);
        let mut router = Router::new();
        for Route { entry, handler } in routes {
            let admitted = from_fn_with_state(Arc::new(gate(&edge, &entry)), admit);
            router = router.route(&entry.info.path, handler.route_layer(admitted));
        }
        let nothing = Arc::new(Gate::of_nothing(edge.clone()));
        let counted = from_fn_with_state(nothing.clone(), admit);
        let router = router
            .fallback(not_found.layer(counted.clone()))
            .method_not_allowed_fallback(method_not_allowed.layer(counted));
        wrap(router, &edge, nothing, measured)
    }
}

fn gate(edge: &Arc<Edge>, entry: &Entry) -> Gate {
    Gate {
        edge: edge.clone(),
        access: entry.info.access,
        class: entry.info.class,
        takes_form: entry.takes_form(),
        is_secret: entry.is_secret,
        retired: entry.retired,
        shape: Shape::of(entry),
    }
}

async fn not_found() -> Problem {
    RequestFault::NotFound.into()
}

async fn method_not_allowed() -> Problem {
    RequestFault::MethodNotAllowed.into()
}

/// The layers, the outermost first; all at once, for a layer that is added by itself is copied by each around it with
/// every request.
fn wrap(router: Router, edge: &Edge, nothing: Arc<Gate>, measured: Measured) -> Router {
    let Settings { public_url, cors, body_limit, timeout, .. } = &edge.settings;
    router.layer((
        layer::measure(measured),
        layer::request_id(edge.source.clone()),
        layer::trace(edge.source.clone()),
        layer::security_headers(public_url),
        layer::coded_tags(),
        layer::compression(),
        layer::problems(public_url.clone()),
        layer::report(edge.reporter.clone()),
        OfPreflights(from_fn_with_state(nothing, admit)),
        // The layers inside give bodies of their own types; around them, preflights need one that all have.
        MapResponseLayer::new(|response: http::Response<_>| response.map(Body::new)),
        layer::cors(cors.clone()),
        layer::catch_panics(),
        layer::timeout(*timeout),
        DefaultBodyLimit::max(*body_limit),
    ))
}
