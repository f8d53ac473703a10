use askama::Template;
use axum::response::Response;
use http::StatusCode;
use saaskit_auth::AuthError;
use saaskit_kernel::Secret;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Caller;
use crate::page::{Notice, page, refusal};

/// A token from a mail.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct TokenBody {
    /// The token.
    #[schema(value_type = String, max_length = 43, example = "kZc1n5mYb0n8v3g5u2xV1r7p9s4w6q8e0t2y4u6i8o0")]
    pub(super) token: Secret,
}

/// What the link in a mail carries.
#[derive(Deserialize)]
pub(super) struct LinkQuery {
    #[serde(default)]
    pub(super) token: Secret,
}

#[derive(Template)]
#[template(path = "token.html")]
struct Form<'a> {
    action: &'a str,
    token: &'a str,
    csrf: &'a str,
    text: &'a str,
    button: &'a str,
}

/// A page behind a mailed link: opening it changes nothing, its one button posts the token.
pub(super) struct TokenPage {
    pub(super) path: &'static str,
    pub(super) title: &'static str,
    pub(super) text: &'static str,
    pub(super) button: &'static str,
    /// What it says once that was done.
    pub(super) done: &'static str,
}

impl TokenPage {
    /// The page as the link opens it.
    pub(super) fn show(&self, caller: &Caller, link: &LinkQuery) -> Response {
        let csrf = caller.csrf_token().unwrap_or_default();
        let Self { path: action, title, text, button, .. } = *self;
        let form = Form { action, token: link.token.expose(), csrf: &csrf, text, button };
        page(caller, StatusCode::OK, title, &form)
    }

    /// What it says after its button was pressed.
    pub(super) fn answer(&self, caller: &Caller, answer: Result<(), AuthError>) -> Response {
        match answer {
            Ok(()) => page(caller, StatusCode::OK, self.title, &Notice { text: self.done }),
            Err(error) => refusal(caller, self.title, &error.into()),
        }
    }
}
