use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use askama::Template;
use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use saaskit_gateway::{Access, Class};
use utoipa_axum::routes;
use utoipa_swagger_ui::Config;

use crate::caller::Caller;
use crate::layer::AsItIs;
use crate::page::page;
use crate::problem::{status, title};
use crate::route::Entry;
use crate::url::Segment;
use crate::{Problem, RequestFault, Row};

const DOCUMENT: &str = "/api/openapi.json";
const PAGE: &str = "index.html";

/// The OpenAPI document, once it is made of all routes, these among them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Docs(pub(crate) Arc<OnceLock<Bytes>>);

pub(crate) const ROWS: &[Row<Docs>] = &[
    Row::new(Access::Public, Class::Read, || routes!(openapi)),
    Row::new(Access::Public, Class::Read, || routes!(docs)),
    Row::new(Access::Public, Class::Read, || routes!(docs_file)),
    Row::new(Access::Public, Class::Read, || routes!(docs_errors)),
];

/// The routes of the documentation.
pub(crate) fn entries() -> Vec<Entry> {
    ROWS.iter().map(Row::entry).collect()
}

/// This document.
#[utoipa::path(get, path = DOCUMENT, tag = "documentation",
    responses((status = 200, description = "An OpenAPI 3.1 document.", content_type = "application/json")))]
async fn openapi(State(docs): State<Docs>) -> Response {
    let document = docs.0.get().cloned().unwrap_or_default();
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=60")], document).into_response()
}

/// The documentation as a page.
#[utoipa::path(get, path = "/docs", tag = "documentation",
    responses((status = 308, description = "To the page.")))]
async fn docs() -> Redirect {
    Redirect::permanent("/docs/index.html")
}

/// The files of that page: the page itself is `index.html`.
#[utoipa::path(get, path = "/docs/{file}", tag = "documentation",
    params(("file" = String, Path, description = "The file's name.", max_length = 100, example = "index.html")),
    responses((status = 200, description = "The file.")))]
async fn docs_file(Segment(name): Segment) -> Result<Response, Problem> {
    let config = Arc::new(Config::from(DOCUMENT));
    let file = utoipa_swagger_ui::serve(&name, config).ok().flatten().ok_or(RequestFault::NotFound)?;
    let headers = [
        (CONTENT_TYPE, file.content_type.as_str()),
        (CONTENT_SECURITY_POLICY, POLICY),
        (CACHE_CONTROL, "public, max-age=300"),
    ];
    let bytes = match file.bytes {
        Cow::Borrowed(page) if name == PAGE => fits_telephones(page),
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    };
    Ok((headers, Extension(AsItIs), bytes).into_response())
}

/// The page as it is packed would be shown on a telephone as on a desk.
fn fits_telephones(page: &[u8]) -> Bytes {
    const VIEWPORT: &str = r#"<head><meta name="viewport" content="width=device-width, initial-scale=1">"#;
    Bytes::from(String::from_utf8_lossy(page).replacen("<head>", VIEWPORT, 1))
}

/// The page runs its own scripts and asks this server, and nobody else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "errors.html")]
struct ErrorsPage {
    codes: Vec<Listed>,
}

struct Listed {
    name: &'static str,
    title: String,
    status: u16,
}

/// Every code a problem can carry.
#[utoipa::path(get, path = "/docs/errors", tag = "documentation",
    responses((status = 200, description = "A page with an anchor for every code.", content_type = "text/html")))]
async fn docs_errors(caller: Caller) -> Response {
    let listed = |code: saaskit_kernel::Code| Listed {
        name: code.name(),
        title: title(code),
        status: status(code).as_u16(),
    };
    page(
        &caller,
        http::StatusCode::OK,
        "Problems",
        &ErrorsPage { codes: crate::codes().into_iter().map(listed).collect() },
    )
}
