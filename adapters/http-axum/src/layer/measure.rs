use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use http::{Method, StatusCode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use tokio::time::Instant;

use super::around::{Around, AroundLayer};
use crate::RouteInfo;
use crate::metrics::Metric;

type Labels = [(&'static str, String); 2];
type AnswerLabels = [(&'static str, String); 3];

const TOTAL: Metric = Metric::counter(
    "saaskit_http_requests_total",
    &["method", "route", "status"],
    "Requests by the class of their answer, 2xx to 5xx; gone: the client left before it",
);
const SECONDS: Metric = Metric::histogram(
    "saaskit_http_request_duration_seconds",
    &["method", "route"],
    "How long requests took to be answered",
);
const IN_FLIGHT: Metric = Metric::gauge(
    "saaskit_http_requests_in_flight",
    &["method", "route"],
    "Requests that are being answered",
);

/// From a request that memory answers to one that is given up.
const BOUNDS: [f64; 15] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// How requests went, by method, template of the route and class of the answer. What is no route is one of them.
/// Clones count together.
#[derive(Debug, Clone)]
pub struct Requests {
    total: Family<AnswerLabels, Counter>,
    seconds: Family<Labels, Histogram, fn() -> Histogram>,
    in_flight: Family<Labels, Gauge>,
}

impl Default for Requests {
    fn default() -> Self {
        Self {
            total: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(BOUNDS)),
            in_flight: Family::default(),
        }
    }
}

impl Requests {
    /// What is counted.
    pub const METRICS: [Metric; 3] = [TOTAL, SECONDS, IN_FLIGHT];

    /// Has them told with the others of a registry.
    pub fn register(&self, registry: &mut Registry) {
        TOTAL.register(registry, self.total.clone());
        SECONDS.register(registry, self.seconds.clone());
        IN_FLIGHT.register(registry, self.in_flight.clone());
    }

    /// A place for each of those routes.
    pub(crate) fn of<'a>(&self, routes: impl IntoIterator<Item = &'a RouteInfo>) -> Measured {
        let mut places: HashMap<String, Vec<Arc<Place>>> = HashMap::new();
        for route in routes {
            let place = Arc::new(Place::new(self, route.method, &route.path));
            places.entry(route.path.clone()).or_default().push(place);
        }
        Measured { places, elsewhere: Arc::new(Place::new(self, "(any)", "(none)")) }
    }
}

/// Where each route's requests are counted, so that none has to look for its numbers by their labels.
#[derive(Debug)]
pub(crate) struct Measured {
    places: HashMap<String, Vec<Arc<Place>>>,
    elsewhere: Arc<Place>,
}

impl Measured {
    fn place(&self, request: &Request) -> &Arc<Place> {
        let path = request.extensions().get::<MatchedPath>();
        let places = path.and_then(|path| self.places.get(path.as_str()));
        // A HEAD is answered by the route of GET, and counts there.
        let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
        let place = places.and_then(|places| places.iter().find(|place| place.method == method.as_str()));
        place.unwrap_or(&self.elsewhere)
    }
}

/// Where the requests of one route are counted. What was never asked is not told.
#[derive(Debug)]
struct Place {
    requests: Requests,
    method: &'static str,
    route: String,
    timed: OnceLock<(Gauge, Histogram)>,
    answered: [OnceLock<Counter>; ENDS.len()],
}

/// How a request may end, by the class of its status.
const ENDS: [&str; 6] = ["gone", "1xx", "2xx", "3xx", "4xx", "5xx"];

impl Place {
    fn new(requests: &Requests, method: &'static str, route: &str) -> Self {
        Self {
            requests: requests.clone(),
            method,
            route: route.to_owned(),
            timed: OnceLock::new(),
            answered: Default::default(),
        }
    }

    fn labels(&self) -> Labels {
        [("method", self.method.to_owned()), ("route", self.route.clone())]
    }

    fn timed(&self) -> &(Gauge, Histogram) {
        self.timed.get_or_init(|| {
            let Requests { seconds, in_flight, .. } = &self.requests;
            let labels = self.labels();
            (in_flight.get_or_create_owned(&labels), seconds.get_or_create_owned(&labels))
        })
    }

    fn count(&self, end: usize) {
        let Some(answered) = self.answered.get(end) else { return };
        let counter = answered.get_or_init(|| {
            let [method, route] = self.labels();
            let labels = [method, route, ("status", ENDS[end].to_owned())];
            self.requests.total.get_or_create_owned(&labels)
        });
        counter.inc();
    }
}

/// A request that is being answered. Dropped without an answer, its client is gone.
#[derive(Debug)]
pub(crate) struct UnderWay {
    place: Arc<Place>,
    begun: Instant,
    status: Option<StatusCode>,
}

impl UnderWay {
    fn begin(place: Arc<Place>) -> Self {
        place.timed().0.inc();
        Self { place, begun: Instant::now(), status: None }
    }

    fn answered(mut self, status: StatusCode) {
        self.status = Some(status);
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let (in_flight, seconds) = self.place.timed();
        in_flight.dec();
        seconds.observe(self.begun.elapsed().as_secs_f64());
        self.place.count(self.status.map_or(0, |status| usize::from(status.as_u16() / 100)));
    }
}

/// Counts each request and times it, from outside of all that may change its answer.
pub(crate) fn measure(measured: Measured) -> AroundLayer<Arc<Measured>> {
    AroundLayer(Arc::new(measured))
}

impl Around for Arc<Measured> {
    type Kept = UnderWay;

    fn before(&self, request: &mut Request) -> UnderWay {
        UnderWay::begin(self.place(request).clone())
    }

    fn after(&self, under_way: UnderWay, response: &mut Response) {
        under_way.answered(response.status());
    }
}
