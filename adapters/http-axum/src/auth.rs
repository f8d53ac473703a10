//! Accounts and sign-in.

mod account;
mod admin_users;
mod email;
mod key_set;
mod leave_tenant;
mod log_in;
mod log_out;
mod me;
mod password;
mod profile;
mod refresh;
mod register;
mod renewed;
mod reset_page;
mod roles;
mod sessions;
mod set_up;
mod step_up;
mod token_page;
mod tokens;
mod unlock;
mod verify_email;

use saaskit_auth::permissions::{ROLES_READ, ROLES_WRITE, USERS_DELETE, USERS_LOCK};
use saaskit_auth::{Auth, DeviceToken, RegistrationProof};
use saaskit_gateway::{Access, Class};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

#[cfg(feature = "stories")]
pub(crate) use admin_users::{UserParam, UserView, read_id};
#[cfg(feature = "stories")]
pub(crate) use renewed::Renewed;

use crate::cookie::ShownRegistration;
use crate::route::Entry;
use crate::{Device, Resource, Row};

const ROWS: &[Row<Auth>] = &[
    Row::new(Access::Public, Class::SignUp, || routes!(register::register)),
    Row::new(Access::Public, Class::Write, || routes!(verify_email::verify_email)).secret_answer(),
    Row::new(Access::Public, Class::Mail, || routes!(verify_email::resend_verification)),
    Row::new(Access::Public, Class::Read, || routes!(verify_email::verify_email_page)),
    Row::new(Access::Public, Class::Write, || routes!(verify_email::post_verify_email_page)),
    Row::new(Access::Public, Class::Login, || routes!(log_in::log_in)).secret_answer(),
    Row::new(Access::User, Class::Write, || routes!(log_out::log_out)),
    Row::new(Access::Public, Class::Write, || routes!(refresh::refresh)).secret_answer(),
    Row::new(Access::User, Class::Write, || routes!(step_up::step_up)).secret_answer(),
    Row::new(Access::User, Class::Write, || routes!(leave_tenant::leave_tenant)).secret_answer(),
    Row::new(Access::Public, Class::Write, || routes!(unlock::unlock)),
    Row::new(Access::Public, Class::Read, || routes!(unlock::unlock_page)),
    Row::new(Access::Public, Class::Write, || routes!(unlock::post_unlock_page)),
    Row::new(Access::User, Class::Read, || routes!(sessions::list_sessions)),
    Row::new(Access::User, Class::Write, || routes!(sessions::end_session)),
    Row::new(Access::User, Class::Write, || routes!(sessions::end_other_sessions)).secret_answer(),
    Row::new(Access::User, Class::Read, || routes!(me::show_me)),
    Row::new(Access::Public, Class::Write, || routes!(set_up::set_up)),
    Row::new(Access::Public, Class::Read, || routes!(set_up::set_up_page)),
    Row::new(Access::Public, Class::Write, || routes!(set_up::post_set_up_page)),
    Row::new(Access::Public, Class::Read, || routes!(key_set::key_set)),
    Row::new(Access::Public, Class::Mail, || routes!(password::forgot_password)),
    Row::new(Access::Public, Class::Write, || routes!(password::reset_password)),
    Row::new(Access::Public, Class::Read, || routes!(reset_page::reset_password_page)),
    Row::new(Access::Public, Class::Write, || routes!(reset_page::post_reset_password_page)),
    Row::new(Access::User, Class::Write, || routes!(password::change_password)).secret_answer(),
    Row::new(Access::User, Class::Read, || routes!(profile::show_profile)),
    Row::new(Access::User, Class::Write, || routes!(profile::update_profile)),
    Row::new(Access::User, Class::Mail, || routes!(email::change_email)),
    Row::new(Access::Public, Class::Write, || routes!(email::confirm_email)),
    Row::new(Access::Public, Class::Read, || routes!(email::confirm_email_page)),
    Row::new(Access::Public, Class::Write, || routes!(email::post_confirm_email_page)),
    Row::new(Access::Public, Class::Write, || routes!(email::undo_email)),
    Row::new(Access::Public, Class::Read, || routes!(email::undo_email_page)),
    Row::new(Access::Public, Class::Write, || routes!(email::post_undo_email_page)),
    Row::new(Access::User, Class::Write, || routes!(account::delete_account)),
    Row::new(Access::Permission(USERS_LOCK), Class::Write, || routes!(admin_users::lock_user)),
    Row::new(Access::Permission(USERS_LOCK), Class::Write, || routes!(admin_users::unlock_user)),
    Row::new(Access::Permission(USERS_DELETE), Class::Write, || routes!(admin_users::delete_user)),
    Row::new(Access::Permission(USERS_DELETE), Class::Write, || routes!(admin_users::restore_user)),
    Row::new(Access::Permission(USERS_LOCK), Class::Write, || routes!(admin_users::start_reset)),
    Row::new(Access::Permission(ROLES_READ), Class::Read, || routes!(roles::list_roles)),
    Row::new(Access::Permission(ROLES_READ), Class::Read, || routes!(roles::show_role)),
    Row::new(Access::Permission(ROLES_WRITE), Class::Write, || routes!(roles::create_role)),
    Row::new(Access::Permission(ROLES_WRITE), Class::Write, || routes!(roles::update_role)),
    Row::new(Access::Permission(ROLES_WRITE), Class::Write, || routes!(roles::remove_role)),
    Row::new(Access::Permission(ROLES_WRITE), Class::Write, || routes!(roles::assign_roles)),
    Row::new(Access::Permission(ROLES_READ), Class::Read, || routes!(roles::explain)),
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

/// What a browser shows to say that accounts were signed in to with it before, if it can be that.
fn device_token(Device(shown): Device) -> Option<DeviceToken> {
    shown.and_then(|shown| DeviceToken::parse(shown.expose()))
}

/// What a browser shows to say that an address was registered on it, if it can be that.
fn registration_proof(ShownRegistration(shown): ShownRegistration) -> Option<RegistrationProof> {
    shown.and_then(|shown| RegistrationProof::parse(shown.expose()).ok())
}
