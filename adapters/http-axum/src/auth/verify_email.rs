use axum::Json;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use saaskit_auth::{Auth, Verified};
use saaskit_gateway::Limit;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::reset_page::choose_password;
use super::token_page::{LinkQuery, TokenBody, TokenPage};
use super::{Done, registration_proof};
use crate::cookie::ShownRegistration;
use crate::form::PageForm;
use crate::url::Asked;
use crate::{Body, Caller, Problem};

/// That an address is proved.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct VerifiedView {
    /// The word.
    #[schema(example = "verified")]
    status: &'static str,
    /// Sets a password, as the token of a mailed reset does. It is there where no password counts yet: the cookie of
    /// the registration was not shown, so whoever registered may be somebody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 43, example = "kZc1n5mYb0n8v3g5u2xV1r7p9s4w6q8e0t2y4u6i8o0")]
    password_token: Option<String>,
}

/// Proves an address by the token that was mailed to it. A token is good for 24 hours and once. The password of the
/// registration counts where its cookie is shown; elsewhere a new one is to be set.
#[utoipa::path(post, path = "/api/v1/auth/verify-email", tag = "auth", request_body = TokenBody,
    responses((status = 200, description = "The address is proved.", body = VerifiedView)))]
pub(super) async fn verify_email(
    State(auth): State<Auth>,
    caller: Caller,
    shown: ShownRegistration,
    Body(body): Body<TokenBody>,
) -> Result<Json<VerifiedView>, Problem> {
    let proof = registration_proof(shown);
    let password_token = match auth.verify_email(caller.call(), &body.token, proof.as_ref()).await? {
        Verified::WithPassword => None,
        Verified::WithoutPassword { token } => Some(token.expose().to_owned()),
    };
    Ok(Json(VerifiedView { status: "verified", password_token }))
}

/// An address.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct EmailBody {
    /// The address.
    #[schema(format = Email, max_length = 254, example = "ana@example.com")]
    pub(super) email: String,
}

/// Sends the verification link again; earlier ones are void. The answer is the same for every address. The password
/// of the registration goes with it where the cookie of the registration is shown.
#[utoipa::path(post, path = "/api/v1/auth/verify-email/resend", tag = "auth", request_body = EmailBody,
    responses((status = 202, description = "If there is something to verify, a mail is on its way.", body = Done)))]
pub(super) async fn resend_verification(
    State(auth): State<Auth>,
    caller: Caller,
    shown: ShownRegistration,
    Body(body): Body<EmailBody>,
) -> Result<(StatusCode, Json<Done>), Problem> {
    caller.draw(Limit::Resend, &body.email).await?;
    auth.resend_verification(caller.call(), &body.email, registration_proof(shown).as_ref()).await?;
    Ok((StatusCode::ACCEPTED, Json(Done { status: "accepted" })))
}

const PAGE: TokenPage = TokenPage {
    path: "/verify-email",
    title: "Verify your address",
    text: "Press the button to prove that this is your address. If it was not you who registered, close this page.",
    button: "Verify my address",
    done: "Address verified. You can sign in now.",
};

/// The page behind the mailed link. Opening it changes nothing; its button does.
#[utoipa::path(get, path = "/verify-email", tag = "pages",
    params(("token" = Option<String>, Query, description = "The token.", max_length = 43)),
    responses((status = 200, description = "A page with a form.", content_type = "text/html")))]
pub(super) async fn verify_email_page(caller: Caller, Asked(link): Asked<LinkQuery>) -> Response {
    PAGE.show(&caller, &link)
}

/// What that page posts.
#[utoipa::path(post, path = "/verify-email", tag = "pages",
    request_body(content = TokenBody, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "The address is proved.", content_type = "text/html"),
    (status = 403, description = "The form was not posted by this page.")))]
pub(super) async fn post_verify_email_page(
    State(auth): State<Auth>,
    caller: Caller,
    shown: ShownRegistration,
    PageForm(form): PageForm<TokenBody>,
) -> Response {
    let proof = registration_proof(shown);
    match auth.verify_email(caller.call(), &form.token, proof.as_ref()).await {
        Ok(Verified::WithoutPassword { token }) => choose_password(&auth, &caller, &token),
        answer => PAGE.answer(&caller, answer.map(drop)),
    }
}
