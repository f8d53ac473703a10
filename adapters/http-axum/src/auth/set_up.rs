use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use saaskit_auth::{Auth, SetUp};
use saaskit_kernel::Secret;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Done;
use super::token_page::LinkQuery;
use crate::form::PageForm;
use crate::page::{Notice, page};
use crate::url::Asked;
use crate::{Body, Caller, FieldError, Problem};

/// The account that operates the installation.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(super) struct SetUpBody {
    /// The token of the printed link.
    #[schema(value_type = String, max_length = 43, example = "kZc1n5mYb0n8v3g5u2xV1r7p9s4w6q8e0t2y4u6i8o0")]
    token: Secret,
    /// The address to sign in with.
    #[schema(format = Email, max_length = 254, example = "ops@example.com")]
    email: String,
    /// The password; which are good enough, the refusal says.
    #[schema(value_type = String, format = Password, max_length = 256, example = "Correct-horse-7")]
    password: Secret,
    /// What the person is called.
    #[schema(min_length = 1, max_length = 255, example = "Ana Pop")]
    name: Option<String>,
}

impl From<SetUpBody> for SetUp {
    fn from(SetUpBody { token, email, password, name }: SetUpBody) -> Self {
        Self { token, email, password, name: name.filter(|name| !name.is_empty()) }
    }
}

/// Makes the first account that operates the installation, by the link that was printed at the first start.
#[utoipa::path(post, path = "/api/v1/auth/setup", tag = "auth", request_body = SetUpBody, responses(
    (status = 201, description = "The account is made.", body = Done),
    (status = 409, description = "There is one already.")))]
pub(super) async fn set_up(
    State(auth): State<Auth>,
    caller: Caller,
    Body(body): Body<SetUpBody>,
) -> Result<(StatusCode, Json<Done>), Problem> {
    auth.set_up(caller.call(), body.into()).await?;
    Ok((StatusCode::CREATED, Json(Done { status: "created" })))
}

#[derive(Template, Default)]
#[template(path = "set_up.html")]
struct SetUpPage<'a> {
    token: &'a str,
    csrf: &'a str,
    email: &'a str,
    name: &'a str,
    refusal: &'a str,
    errors: &'a [FieldError],
}

const TITLE: &str = "Set up this installation";

/// The page behind the printed link.
#[utoipa::path(get, path = "/setup", tag = "pages",
    params(("token" = Option<String>, Query, description = "The token.", max_length = 43)),
    responses((status = 200, description = "A page with a form.", content_type = "text/html")))]
pub(super) async fn set_up_page(caller: Caller, Asked(link): Asked<LinkQuery>) -> Response {
    let csrf = caller.csrf_token().unwrap_or_default();
    let form = SetUpPage { token: link.token.expose(), csrf: &csrf, ..SetUpPage::default() };
    page(&caller, StatusCode::OK, TITLE, &form)
}

/// What that page posts.
#[utoipa::path(post, path = "/setup", tag = "pages",
    request_body(content = SetUpBody, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 201, description = "The account is made.", content_type = "text/html"),
    (status = 409, description = "There is one already.", content_type = "text/html"),
    (status = 403, description = "The form was not posted by this page.")))]
pub(super) async fn post_set_up_page(
    State(auth): State<Auth>,
    caller: Caller,
    PageForm(form): PageForm<SetUpBody>,
) -> Response {
    match auth.set_up(caller.call(), form.clone().into()).await {
        Ok(()) => page(&caller, StatusCode::CREATED, "All set", &Notice { text: SET_UP }),
        Err(error) => try_again(&caller, &form, &error.into()),
    }
}

const SET_UP: &str = "The account is made. You can sign in now.";

/// The form once more, with what was wrong.
fn try_again(caller: &Caller, form: &SetUpBody, problem: &Problem) -> Response {
    let csrf = caller.csrf_token().unwrap_or_default();
    let shown = SetUpPage {
        token: form.token.expose(),
        csrf: &csrf,
        email: &form.email,
        name: form.name.as_deref().unwrap_or_default(),
        refusal: problem.detail(),
        errors: problem.errors(),
    };
    page(caller, problem.status(), TITLE, &shown)
}
