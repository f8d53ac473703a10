use std::fmt;

use axum::routing::MethodRouter;
use http::{HeaderMap, HeaderName, HeaderValue};
use saaskit_gateway::{Access, Class};
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{Deprecated, HttpMethod, RefOr, Schema};
use utoipa_axum::router::UtoipaMethodRouter;

/// One line of the route table: a handler (its method and path stand above it), who may use it and what it costs.
#[derive(Debug)]
pub struct Row<S> {
    access: Access,
    class: Class,
    prefix: &'static str,
    is_secret: bool,
    retired: Option<Retired>,
    handler: fn() -> UtoipaMethodRouter<S>,
}

impl<S: Clone + Send + Sync + 'static> Row<S> {
    /// A row; `handler` is `|| routes!(function)`.
    pub const fn new(access: Access, class: Class, handler: fn() -> UtoipaMethodRouter<S>) -> Self {
        Self { access, class, prefix: "", is_secret: false, retired: None, handler }
    }

    /// The same route once more, under a prefix.
    #[must_use]
    pub const fn under(mut self, prefix: &'static str) -> Self {
        self.prefix = prefix;
        self
    }

    /// The same route, whose answers hold secrets: they are never kept, not to be given again either.
    #[must_use]
    pub const fn secret_answer(mut self) -> Self {
        self.is_secret = true;
        self
    }

    /// The same route on its way out: every answer says so.
    #[must_use]
    pub const fn retired(mut self, retired: Retired) -> Self {
        self.retired = Some(retired);
        self
    }

    /// What there is to know of the route.
    pub(crate) fn entry(&self) -> Entry {
        self.read().0
    }

    fn mount(&self, state: S) -> Route {
        let (entry, handler) = self.read();
        Route { entry, handler: handler.with_state(state) }
    }

    fn read(&self) -> (Entry, MethodRouter<S>) {
        let (schemas, paths, handler) = (self.handler)();
        let (path, item) = paths.paths.into_iter().next().unwrap_or_default();
        let (method, name, mut operation) = only_operation(item);
        if let (false, Some(id)) = (self.prefix.is_empty(), &mut operation.operation_id) {
            id.push_str("_alias");
        }
        if self.retired.is_some() {
            operation.deprecated = Some(Deprecated::True);
        }
        let path = format!("{}{path}", self.prefix);
        let info = RouteInfo { method: name, path, access: self.access, class: self.class };
        let (is_secret, retired) = (self.is_secret, self.retired);
        (Entry { info, method, schemas, operation, is_secret, retired }, handler)
    }
}

/// Since when a route should not be used any more, and until when it can be.
#[derive(Debug, Clone, Copy)]
pub struct Retired {
    since: &'static str,
    until: &'static str,
}

impl Retired {
    /// `since` as `@` and seconds since 1970 (RFC 9745), `until` as a date of HTTP (RFC 8594).
    pub const fn new(since: &'static str, until: &'static str) -> Self {
        Self { since, until }
    }

    pub(crate) fn announce(&self, headers: &mut HeaderMap) {
        headers.insert(HeaderName::from_static("deprecation"), HeaderValue::from_static(self.since));
        headers.insert(HeaderName::from_static("sunset"), HeaderValue::from_static(self.until));
    }
}

/// A route as the catalogue shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteInfo {
    /// The method, in capitals.
    pub method: &'static str,
    /// The template of the path: `/api/v1/tenants/{id}`.
    pub path: String,
    /// Who may use it.
    pub access: Access,
    /// What it costs.
    pub class: Class,
}

/// A route as the OpenAPI document shows it.
pub(crate) struct Entry {
    pub(crate) info: RouteInfo,
    pub(crate) method: HttpMethod,
    pub(crate) schemas: Vec<(String, RefOr<Schema>)>,
    pub(crate) operation: Operation,
    pub(crate) is_secret: bool,
    pub(crate) retired: Option<Retired>,
}

impl Entry {
    /// Whether what it takes is a form of a page.
    pub(crate) fn takes_form(&self) -> bool {
        match &self.operation.request_body {
            Some(RefOr::T(body)) => body.content.keys().all(|media_type| media_type == FORM),
            _ => false,
        }
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

/// A route with its handler.
pub(crate) struct Route {
    pub(crate) entry: Entry,
    pub(crate) handler: MethodRouter,
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entry.info.fmt(f)
    }
}

/// The routes of one domain, bound to what they serve.
#[derive(Debug)]
pub struct Resource(pub(crate) Vec<Route>);

impl Resource {
    /// The rows of a table, served by `state`.
    pub fn new<S: Clone + Send + Sync + 'static>(rows: &[Row<S>], state: &S) -> Self {
        Self(rows.iter().map(|row| row.mount(state.clone())).collect())
    }
}

/// The one operation of a row's path.
fn only_operation(item: PathItem) -> (HttpMethod, &'static str, Operation) {
    let operations = [
        (HttpMethod::Post, "POST", item.post),
        (HttpMethod::Put, "PUT", item.put),
        (HttpMethod::Patch, "PATCH", item.patch),
        (HttpMethod::Delete, "DELETE", item.delete),
    ];
    let named = operations.into_iter().find_map(|(method, name, operation)| Some((method, name, operation?)));
    named.unwrap_or_else(|| (HttpMethod::Get, "GET", item.get.unwrap_or_default()))
}
