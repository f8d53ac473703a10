use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use saaskit_auth::Auth;
use saaskit_gateway::Limit;
use saaskit_kernel::Secret;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Done;
use crate::form::PageForm;
use crate::page::{Notice, page, refusal};
use crate::url::Asked;
use crate::{Body, Caller, Problem};

/// A token from a mail.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct TokenBody {
    /// The token.
    #[schema(value_type = String, max_length = 43, example = "kZc1n5mYb0n8v3g5u2xV1r7p9s4w6q8e0t2y4u6i8o0")]
    token: Secret,
}

/// Proves an address by the token that was mailed to it. A token is good for 24 hours and once.
#[utoipa::path(post, path = "/api/v1/auth/verify-email", tag = "auth", request_body = TokenBody,
    responses((status = 200, description = "The address is proved.", body = Done)))]
pub(super) async fn verify_email(
    State(auth): State<Auth>,
    caller: Caller,
    Body(body): Body<TokenBody>,
) -> Result<Json<Done>, Problem> {
    auth.verify_email(caller.call(), &body.token).await?;
    Ok(Json(Done { status: "verified" }))
}

/// An address.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct EmailBody {
    /// The address.
    #[schema(format = Email, max_length = 254, example = "ana@example.com")]
    email: String,
}

/// Sends the verification link again; earlier ones are void. The answer is the same for every address.
#[utoipa::path(post, path = "/api/v1/auth/verify-email/resend", tag = "auth", request_body = EmailBody,
    responses((status = 202, description = "If there is something to verify, a mail is on its way.", body = Done)))]
pub(super) async fn resend_verification(
    State(auth): State<Auth>,
    caller: Caller,
    Body(body): Body<EmailBody>,
) -> Result<(StatusCode, Json<Done>), Problem> {
    caller.draw(Limit::Resend, &body.email).await?;
    auth.resend_verification(caller.call(), &body.email).await?;
    Ok((StatusCode::ACCEPTED, Json(Done { status: "accepted" })))
}

#[derive(Template)]
#[template(path = "verify_email.html")]
struct VerifyEmailPage<'a> {
    token: &'a str,
}

/// What the link in a mail carries.
#[derive(Deserialize)]
pub(super) struct LinkQuery {
    #[serde(default)]
    token: Secret,
}

const TITLE: &str = "Verify your address";

/// The page behind the mailed link. Opening it changes nothing; its button does.
#[utoipa::path(get, path = "/verify-email", tag = "pages",
    params(("token" = Option<String>, Query, description = "The token.", max_length = 43)),
    responses((status = 200, description = "A page with a form.", content_type = "text/html")))]
pub(super) async fn verify_email_page(caller: Caller, Asked(link): Asked<LinkQuery>) -> Response {
    page(&caller, StatusCode::OK, TITLE, &VerifyEmailPage { token: link.token.expose() })
}

/// What that page posts.
#[utoipa::path(post, path = "/verify-email", tag = "pages",
    request_body(content = TokenBody, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "The address is proved.", content_type = "text/html"),
    (status = 403, description = "The form was not posted by this page.")))]
pub(super) async fn post_verify_email_page(
    State(auth): State<Auth>,
    caller: Caller,
    PageForm(form): PageForm<TokenBody>,
) -> Response {
    match auth.verify_email(caller.call(), &form.token).await {
        Ok(()) => page(&caller, StatusCode::OK, "Address verified", &Notice { text: VERIFIED }),
        Err(error) => refusal(&caller, TITLE, &error.into()),
    }
}

const VERIFIED: &str = "Thank you. You can sign in now.";
