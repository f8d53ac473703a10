//! Accounts and sign-in.

mod key_set;
mod log_in;
mod log_out;
mod me;
mod register;
mod set_up;
mod verify_email;

use saaskit_auth::Auth;
use saaskit_gateway::{Access, Class};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::route::Entry;
use crate::{Resource, Row};

const ROWS: &[Row<Auth>] = &[
    Row::new(Access::Public, Class::SignUp, || routes!(register::register)),
    Row::new(Access::Public, Class::Write, || routes!(verify_email::verify_email)),
    Row::new(Access::Public, Class::Mail, || routes!(verify_email::resend_verification)),
    Row::new(Access::Public, Class::Read, || routes!(verify_email::verify_email_page)),
    Row::new(Access::Public, Class::Write, || routes!(verify_email::post_verify_email_page)),
    Row::new(Access::Public, Class::Login, || routes!(log_in::log_in)),
    Row::new(Access::User, Class::Write, || routes!(log_out::log_out)),
    Row::new(Access::User, Class::Read, || routes!(me::show_me)),
    Row::new(Access::Public, Class::Write, || routes!(set_up::set_up)),
    Row::new(Access::Public, Class::Read, || routes!(set_up::set_up_page)),
    Row::new(Access::Public, Class::Write, || routes!(set_up::post_set_up_page)),
    Row::new(Access::Public, Class::Read, || routes!(key_set::key_set)),
];

/// The routes of auth.
pub(crate) fn entries() -> Vec<Entry> {
    ROWS.iter().map(Row::entry).collect()
}

/// Auth as a resource.
pub fn resource(auth: &Auth) -> Resource {
    Resource::new(ROWS, auth)
}

/// That something was done, in a word.
#[derive(Debug, Serialize, ToSchema)]
struct Done {
    /// The word.
    #[schema(example = "accepted")]
    status: &'static str,
}
