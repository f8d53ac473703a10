//! Accounts as operators find them, each with what its user is in workspaces.

use axum::Json;
use axum::extract::State;
use saaskit_auth::permissions::USERS_READ;
use saaskit_auth::{User, UserStatus};
use saaskit_gateway::{Access, Class};
use saaskit_kernel::{TenantId, Timestamp};
use saaskit_stories::UserDirectory;
use saaskit_tenants::port::Belonging;
use saaskit_tenants::{Membership, Tenant};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::auth::{UserParam, UserView, read_id};
use crate::list::ListQuery;
use crate::route::Entry;
use crate::url::{Asked, Segment};
use crate::{Listed, Listing, Problem, RequestFault, Resource, Row};

const ROWS: &[Row<UserDirectory>] = &[
    Row::new(Access::Permission(USERS_READ), Class::Read, || routes!(find_users)),
    Row::new(Access::Permission(USERS_READ), Class::Read, || routes!(show_user)),
];

/// The routes of the directory.
pub(crate) fn entries() -> Vec<Entry> {
    ROWS.iter().map(Row::entry).collect()
}

/// The directory as a resource.
pub fn resource(directory: &UserDirectory) -> Resource {
    Resource::new(ROWS, directory)
}

/// A workspace beside a user.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserTenantView {
    /// Its id.
    #[schema(value_type = String, example = "ten_01h455vb4pex5vsknk084sn02q")]
    id: TenantId,
    /// What it is called.
    #[schema(example = "Acme, Inc.")]
    name: String,
    /// What it is called in URLs.
    #[schema(example = "acme")]
    slug: String,
    /// Whether it may be used: active, suspended or deleted.
    #[schema(example = "active")]
    status: &'static str,
    /// The user's role in it: owner, admin or member.
    #[schema(example = "owner")]
    role: &'static str,
    /// `active`, or `ended` if it ended with the account and comes back with it.
    #[schema(example = "active")]
    membership_status: &'static str,
    /// Since when the user is in it.
    #[schema(value_type = String, format = DateTime, example = "2026-11-21T12:00:00.000Z")]
    since: Timestamp,
}

impl UserTenantView {
    fn new((tenant, member): (Tenant, Membership)) -> Self {
        Self {
            id: tenant.id,
            name: tenant.name.to_string(),
            slug: tenant.slug.to_string(),
            status: tenant.status.as_str(),
            role: member.role.as_str(),
            membership_status: if member.is_active() { "active" } else { "ended" },
            since: member.created_at,
        }
    }
}

fn shown((user, belonging): (User, Belonging)) -> UserView {
    let tenants = belonging.first.into_iter().map(UserTenantView::new).collect();
    UserView::from(user).beside(tenants, belonging.count)
}

/// Which accounts to find.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct FindQuery {
    /// How the address or the name begins.
    #[param(max_length = 254, example = "ana")]
    q: Option<String>,
    /// `active`, `suspended` or `deleted`.
    #[param(max_length = 9, example = "active")]
    status: Option<String>,
}

/// Finds accounts.
#[utoipa::path(get, path = "/api/v1/admin/users", tag = "admin", params(FindQuery, ListQuery),
    responses((status = 200, description = "Those that fit, in the order of their ids.", body = Listed<UserView>)))]
async fn find_users(
    State(directory): State<UserDirectory>,
    Asked(query): Asked<FindQuery>,
    listing: Listing,
) -> Result<Json<Listed<UserView>>, Problem> {
    let status =
        query.status.as_deref().map(|word| UserStatus::parse(word).ok_or(RequestFault::QueryInvalid));
    let page = listing.page("users")?;
    let found = directory.find(query.q.as_deref(), status.transpose()?, page).await?;
    Ok(Json(listing.answer("users", found, |(user, _)| user.id, shown)))
}

/// Shows an account.
#[utoipa::path(get, path = "/api/v1/admin/users/{id}", tag = "admin", params(UserParam),
    responses((status = 200, description = "The account.", body = UserView)))]
async fn show_user(
    State(directory): State<UserDirectory>,
    Segment(id): Segment,
) -> Result<Json<UserView>, Problem> {
    Ok(Json(shown(directory.show(read_id(&id)?).await?)))
}
