//! Pages: rendered here, working without scripts.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY};

use crate::caller::Caller;
use crate::{Problem, RequestFault};

/// What every page has around its content.
#[derive(Template)]
#[template(path = "page.html")]
struct Frame<'a> {
    title: &'a str,
    nonce: &'a str,
    content: &'a str,
}

/// A whole page: works without scripts, loads nothing, is framed by nobody.
pub fn page(caller: &Caller, status: StatusCode, title: &str, content: &impl Template) -> Response {
    let nonce = caller.nonce();
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    let html =
        content.render().and_then(|content| Frame { title, nonce: &nonce, content: &content }.render());
    match html {
        Ok(html) => {
            let headers = [(CONTENT_SECURITY_POLICY, policy), (REFERRER_POLICY, ONLY_ORIGIN.to_owned())];
            (status, headers, Html(html)).into_response()
        }
        Err(_) => Problem::from(RequestFault::Internal).into_response(),
    }
}

/// With no referrer at all, browsers would send our own forms with the origin `null`. A link's token lies in the
/// path's query and goes nowhere either way.
const ONLY_ORIGIN: &str = "strict-origin";

/// A page that says one thing.
#[derive(Debug, Template)]
#[template(path = "notice.html")]
pub struct Notice<'a> {
    /// The one thing.
    pub text: &'a str,
}

/// A page that shows a refusal.
pub fn refusal(caller: &Caller, title: &str, problem: &Problem) -> Response {
    let mut response = page(caller, problem.status(), title, &Notice { text: problem.detail() });
    if let Some(bug) = problem.bug() {
        response.extensions_mut().insert(bug.clone());
    }
    response
}
