use std::net::{IpAddr, SocketAddr};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{HeaderMap, HeaderValue, Request};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use super::BENCHMARK;

/// A request being made.
pub(crate) struct Ask {
    router: Router,
    request: http::request::Builder,
    peer: IpAddr,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Ask {
    pub(crate) fn new(router: Router, method: &str, path: &str) -> Self {
        let request = Request::builder().method(method).uri(path).header("host", "localhost:8080");
        Self { router, request, peer: IpAddr::from([192, 0, 2, 7]) }
    }

    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        Self { request: self.request.header(name, HeaderValue::from_str(value).unwrap()), ..self }
    }

    /// The header that is there already, with another value.
    pub(crate) fn host(mut self, host: &str) -> Self {
        self.request.headers_mut().unwrap().insert("host", HeaderValue::from_str(host).unwrap());
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// Past the limits, for what a test only prepares.
    pub(crate) fn bypassing(self) -> Self {
        self.header("x-benchmark-token", BENCHMARK)
    }

    pub(crate) fn peer(self, peer: &str) -> Self {
        Self { peer: peer.parse().unwrap(), ..self }
    }

    pub(crate) async fn json(self, body: &Value) -> Answer {
        self.header("content-type", "application/json").body(body.to_string()).await
    }

    pub(crate) async fn form(self, body: &str) -> Answer {
        self.header("content-type", "application/x-www-form-urlencoded").body(body.to_owned()).await
    }

    pub(crate) async fn send(self) -> Answer {
        self.body("").await
    }

    pub(crate) async fn body(self, body: impl Into<Body>) -> Answer {
        let mut request = self.request.body(body.into()).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(self.peer, 50_000)));
        let response = self.router.oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8_lossy(&body).into_owned();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }
}

impl Answer {
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect(&self.body)
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The code of a problem that is one.
    #[track_caller]
    pub(crate) fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.body);
        let problem = self.json();
        assert_eq!(problem["status"], self.status);
        problem["code"].as_str().unwrap().to_owned()
    }

    /// The fields a problem is about, with what is wrong with them.
    #[track_caller]
    pub(crate) fn errors(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let errors = self.json()["errors"].as_array().unwrap().clone();
        errors.iter().map(|error| (text(&error["field"]), text(&error["code"]))).collect()
    }
}
