//! Workspaces and who is in them.

mod inside;
mod members;
mod ownership;
mod policy;
mod workspace;

use saaskit_gateway::{Access, Class};
use saaskit_tenants::Tenants;
use saaskit_tenants::permissions::{MEMBERS_READ, MEMBERS_WRITE, WORKSPACE_READ, WORKSPACE_WRITE};
use utoipa_axum::routes;

#[cfg(feature = "stories")]
pub(crate) use inside::named;
pub use inside::{AsOwner, Inside, May};

use crate::route::Entry;
use crate::{Resource, Row};

const ROWS: &[Row<Tenants>] = &[
    Row::new(Access::User, Class::Write, || routes!(workspace::create_tenant)),
    Row::new(Access::User, Class::Read, || routes!(workspace::list_tenants)),
    Row::new(Access::Member, Class::Read, || routes!(workspace::show_tenant)),
    Row::new(Access::MemberWith(WORKSPACE_WRITE), Class::Write, || routes!(workspace::update_tenant)),
    Row::new(Access::MemberWith(WORKSPACE_READ), Class::Read, || routes!(policy::show_policy)),
    Row::new(Access::Owner, Class::Write, || routes!(policy::set_policy)),
    Row::new(Access::MemberWith(MEMBERS_READ), Class::Read, || routes!(members::list_members)),
    Row::new(Access::MemberWith(MEMBERS_READ), Class::Read, || routes!(members::show_member)),
    Row::new(Access::MemberWith(MEMBERS_WRITE), Class::Write, || routes!(members::change_role)),
    Row::new(Access::MemberWith(MEMBERS_WRITE), Class::Write, || routes!(members::remove_member)),
    Row::new(Access::Member, Class::Write, || routes!(members::leave)),
    Row::new(Access::Member, Class::Read, || routes!(ownership::show_offer)),
    Row::new(Access::Owner, Class::Write, || routes!(ownership::offer_ownership)),
    Row::new(Access::Owner, Class::Write, || routes!(ownership::withdraw_ownership)),
    Row::new(Access::Member, Class::Write, || routes!(ownership::accept_ownership)),
];

/// The routes of tenants.
pub(crate) fn entries() -> Vec<Entry> {
    ROWS.iter().map(Row::entry).collect()
}

/// Tenants as a resource.
pub fn resource(tenants: &Tenants) -> Resource {
    Resource::new(ROWS, tenants)
}

/// Which workspace.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it documents the parameter of the path")]
pub(crate) struct IdParam {
    /// Its id.
    #[param(max_length = 30, example = "ten_01h455vb4pex5vsknk084sn02q")]
    id: String,
}
