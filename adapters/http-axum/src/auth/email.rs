use axum::Json;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use saaskit_auth::Auth;

use super::Done;
use super::token_page::{LinkQuery, TokenBody, TokenPage};
use super::verify_email::EmailBody;
use crate::form::PageForm;
use crate::url::Asked;
use crate::{Asker, Body, Caller, Problem};

/// Asks for another address for your account: it moves once a mailed link there is opened. Needs that you proved
/// lately who you are. The answer is the same for every address.
#[utoipa::path(post, path = "/api/v1/users/email/change", tag = "users", request_body = EmailBody,
    responses((status = 202, description = "A mail to the new address says how to go on.", body = Done)))]
pub(super) async fn change_email(
    State(auth): State<Auth>,
    caller: Caller,
    Asker(asker): Asker,
    Body(body): Body<EmailBody>,
) -> Result<(StatusCode, Json<Done>), Problem> {
    auth.change_email(caller.call(), &asker, &body.email).await?;
    Ok((StatusCode::ACCEPTED, Json(Done { status: "accepted" })))
}

/// Gives an account another address by the token that was mailed there; good for 24 hours and once. The address it
/// had is told, with a way back.
#[utoipa::path(post, path = "/api/v1/users/email/confirm", tag = "users", request_body = TokenBody, responses(
    (status = 200, description = "The account has the address.", body = Done),
    (status = 409, description = "Somebody else proved the address meanwhile.")))]
pub(super) async fn confirm_email(
    State(auth): State<Auth>,
    caller: Caller,
    Body(body): Body<TokenBody>,
) -> Result<Json<Done>, Problem> {
    auth.confirm_email(caller.call(), &body.token).await?;
    Ok(Json(Done { status: "changed" }))
}

/// Gives an account back the address it had, by the token that was mailed there; good for 7 days and once. It signs
/// everybody out, and a mail there says how to set a new password.
#[utoipa::path(post, path = "/api/v1/users/email/undo", tag = "users", request_body = TokenBody, responses(
    (status = 200, description = "The account has its address back.", body = Done),
    (status = 409, description = "Somebody else proved the address meanwhile.")))]
pub(super) async fn undo_email(
    State(auth): State<Auth>,
    caller: Caller,
    Body(body): Body<TokenBody>,
) -> Result<Json<Done>, Problem> {
    auth.undo_email(caller.call(), &body.token).await?;
    Ok(Json(Done { status: "restored" }))
}

const CONFIRM: TokenPage = TokenPage {
    path: "/confirm-email",
    title: "Confirm your new address",
    text: "Press the button to sign in with this address from now on.",
    button: "Use this address",
    done: "Thank you. Your account has this address now.",
};

/// The page behind the link mailed to a new address. Opening it changes nothing; its button does.
#[utoipa::path(get, path = "/confirm-email", tag = "pages",
    params(("token" = Option<String>, Query, description = "The token.", max_length = 43)),
    responses((status = 200, description = "A page with a form.", content_type = "text/html")))]
pub(super) async fn confirm_email_page(caller: Caller, Asked(link): Asked<LinkQuery>) -> Response {
    CONFIRM.show(&caller, &link)
}

/// What that page posts.
#[utoipa::path(post, path = "/confirm-email", tag = "pages",
    request_body(content = TokenBody, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "The account has the address.", content_type = "text/html"),
    (status = 403, description = "The form was not posted by this page.")))]
pub(super) async fn post_confirm_email_page(
    State(auth): State<Auth>,
    caller: Caller,
    PageForm(form): PageForm<TokenBody>,
) -> Response {
    CONFIRM.answer(&caller, auth.confirm_email(caller.call(), &form.token).await)
}

const UNDO: TokenPage = TokenPage {
    path: "/undo-email",
    title: "Take your account back",
    text: "Press the button to give your account this address back. Everybody is signed out, the password counts no \
           more, and we mail you a link to set a new one.",
    button: "Take my account back",
    done: "Your account has this address again. Look for our mail to set a new password.",
};

/// The page behind the link mailed to the address an account had. Opening it changes nothing; its button does.
#[utoipa::path(get, path = "/undo-email", tag = "pages",
    params(("token" = Option<String>, Query, description = "The token.", max_length = 43)),
    responses((status = 200, description = "A page with a form.", content_type = "text/html")))]
pub(super) async fn undo_email_page(caller: Caller, Asked(link): Asked<LinkQuery>) -> Response {
    UNDO.show(&caller, &link)
}

/// What that page posts.
#[utoipa::path(post, path = "/undo-email", tag = "pages",
    request_body(content = TokenBody, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "The account has its address back.", content_type = "text/html"),
    (status = 403, description = "The form was not posted by this page.")))]
pub(super) async fn post_undo_email_page(
    State(auth): State<Auth>,
    caller: Caller,
    PageForm(form): PageForm<TokenBody>,
) -> Response {
    UNDO.answer(&caller, auth.undo_email(caller.call(), &form.token).await)
}
