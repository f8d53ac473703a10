use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use saaskit_auth::Auth;
use saaskit_kernel::Secret;

use super::password::ResetBody;
use super::token_page::LinkQuery;
use crate::form::PageForm;
use crate::page::{Notice, page};
use crate::url::Asked;
use crate::{Caller, FieldError, Problem};

#[derive(Template)]
#[template(path = "reset_password.html")]
struct ResetPage<'a> {
    text: &'a str,
    token: &'a str,
    csrf: &'a str,
    rules: &'a str,
    refusal: &'a str,
    errors: &'a [FieldError],
}

impl<'a> ResetPage<'a> {
    /// The form for that token, with nothing wrong yet.
    fn new(auth: &Auth, csrf: &'a str, token: &'a Secret) -> Self {
        let (token, rules) = (token.expose(), auth.password_policy().summary());
        Self { text: SIGNS_OUT, token, csrf, rules, refusal: "", errors: &[] }
    }
}

const TITLE: &str = "Set a new password";
const SIGNS_OUT: &str = "Setting a new password signs you out everywhere.";
const RESET: &str = "Your password is set. You can sign in now.";

/// The page behind the mailed link. Opening it changes nothing.
#[utoipa::path(get, path = "/reset-password", tag = "pages",
    params(("token" = Option<String>, Query, description = "The token.", max_length = 43)),
    responses((status = 200, description = "A page with a form.", content_type = "text/html")))]
pub(super) async fn reset_password_page(
    State(auth): State<Auth>,
    caller: Caller,
    Asked(link): Asked<LinkQuery>,
) -> Response {
    let csrf = caller.csrf_token().unwrap_or_default();
    page(&caller, StatusCode::OK, TITLE, &ResetPage::new(&auth, &csrf, &link.token))
}

const CHOOSE: &str = "Your address is verified. It was registered on another browser, or by somebody else, so the password \
                      of that registration does not count: choose your own.";

/// The same form for whoever has just proved an address that has no password.
pub(super) fn choose_password(auth: &Auth, caller: &Caller, token: &Secret) -> Response {
    let csrf = caller.csrf_token().unwrap_or_default();
    let form = ResetPage { text: CHOOSE, ..ResetPage::new(auth, &csrf, token) };
    page(caller, StatusCode::OK, "Choose your password", &form)
}

/// What that page posts.
#[utoipa::path(post, path = "/reset-password", tag = "pages",
    request_body(content = ResetBody, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "The password is set.", content_type = "text/html"),
    (status = 403, description = "The form was not posted by this page.")))]
pub(super) async fn post_reset_password_page(
    State(auth): State<Auth>,
    caller: Caller,
    PageForm(form): PageForm<ResetBody>,
) -> Response {
    match auth.reset_password(caller.call(), &form.token, &form.password).await {
        Ok(()) => page(&caller, StatusCode::OK, TITLE, &Notice { text: RESET }),
        Err(error) => try_again(&auth, &caller, &form, &error.into()),
    }
}

/// The form once more, with what was wrong.
fn try_again(auth: &Auth, caller: &Caller, form: &ResetBody, problem: &Problem) -> Response {
    let csrf = caller.csrf_token().unwrap_or_default();
    let (refusal, errors) = (problem.detail(), problem.errors());
    let shown = ResetPage { refusal, errors, ..ResetPage::new(auth, &csrf, &form.token) };
    page(caller, problem.status(), TITLE, &shown)
}
