use axum::Json;
use axum::extract::State;
use axum::response::Response;
use saaskit_auth::Auth;

use super::token_page::{LinkQuery, TokenBody, TokenPage};
use super::{Done, device_token};
use crate::form::PageForm;
use crate::url::Asked;
use crate::{Body, Caller, Device, Problem};

/// Ends the lock of an account by the token that was mailed to its owner. A token is good for 24 hours and once.
#[utoipa::path(post, path = "/api/v1/auth/unlock", tag = "auth", request_body = TokenBody,
    responses((status = 200, description = "The account is not locked any more.", body = Done)))]
pub(super) async fn unlock(
    State(auth): State<Auth>,
    caller: Caller,
    device: Device,
    Body(body): Body<TokenBody>,
) -> Result<Json<Done>, Problem> {
    auth.unlock(caller.call(), &body.token, device_token(device).as_ref()).await?;
    Ok(Json(Done { status: "unlocked" }))
}

const PAGE: TokenPage = TokenPage {
    path: "/unlock",
    title: "Unlock your account",
    text: "Somebody tried too often to sign in. If that was you, press the button and sign in again. If it was not \
           you, close this page: your account stays locked for a while and then opens by itself.",
    button: "Unlock my account",
    done: "Thank you. Your account is not locked any more. If you have just tried often, wait a few minutes before you sign in.",
};

/// The page behind the mailed link. Opening it changes nothing; its button does.
#[utoipa::path(get, path = "/unlock", tag = "pages",
    params(("token" = Option<String>, Query, description = "The token.", max_length = 43)),
    responses((status = 200, description = "A page with a form.", content_type = "text/html")))]
pub(super) async fn unlock_page(caller: Caller, Asked(link): Asked<LinkQuery>) -> Response {
    PAGE.show(&caller, &link)
}

/// What that page posts.
#[utoipa::path(post, path = "/unlock", tag = "pages",
    request_body(content = TokenBody, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "The account is not locked any more.", content_type = "text/html"),
    (status = 403, description = "The form was not posted by this page.")))]
pub(super) async fn post_unlock_page(
    State(auth): State<Auth>,
    caller: Caller,
    device: Device,
    PageForm(form): PageForm<TokenBody>,
) -> Response {
    PAGE.answer(&caller, auth.unlock(caller.call(), &form.token, device_token(device).as_ref()).await)
}
