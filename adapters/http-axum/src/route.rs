use std::fmt;

use axum::routing::MethodRouter;
use saaskit_gateway::{Access, Class};
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{HttpMethod, RefOr, Schema};
use utoipa_axum::router::UtoipaMethodRouter;

/// One line of the route table: a handler (its method and path stand above it), who may use it and what it costs.
#[derive(Debug)]
pub struct Row<S> {
    access: Access,
    class: Class,
    prefix: &'static str,
    handler: fn() -> UtoipaMethodRouter<S>,
}

impl<S: Clone + Send + Sync + 'static> Row<S> {
    /// A row; `handler` is `|| routes!(function)`.
    pub const fn new(access: Access, class: Class, handler: fn() -> UtoipaMethodRouter<S>) -> Self {
        Self { access, class, prefix: "", handler }
    }

    /// The same route once more, under a prefix.
    #[must_use]
    pub const fn under(mut self, prefix: &'static str) -> Self {
        self.prefix = prefix;
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
        let path = format!("{}{path}", self.prefix);
        let info = RouteInfo { method: name, path, access: self.access, class: self.class };
        (Entry { info, method, schemas, operation }, handler)
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
}

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
