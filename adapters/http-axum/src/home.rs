//! The front page: where whoever opens the server in a browser can go from here.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use saaskit_gateway::{Access, Class};
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::page::page;
use crate::route::Entry;
use crate::{Resource, Row};

const ROWS: &[Row<Home>] = &[Row::new(Access::Public, Class::Read, || routes!(home))];

/// The routes of the front page.
pub(crate) fn entries() -> Vec<Entry> {
    ROWS.iter().map(Row::entry).collect()
}

/// The front page as a resource; in development it leads to the outbox too.
pub fn resource(development: bool) -> Resource {
    Resource::new(ROWS, &Home { development })
}

#[derive(Debug, Clone, Copy, Template)]
#[template(path = "home.html")]
struct Home {
    development: bool,
}

/// The front page.
#[utoipa::path(get, path = "/", tag = "pages",
    responses((status = 200, description = "A page.", content_type = "text/html")))]
async fn home(State(home): State<Home>, caller: Caller) -> Response {
    page(&caller, StatusCode::OK, "saaskit", &home)
}
