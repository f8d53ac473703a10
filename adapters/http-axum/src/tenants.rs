//! Workspaces.

use axum::Json;
use axum::extract::State;
use http::header::LOCATION;
use http::{HeaderName, StatusCode};
use saaskit_gateway::{Access, Class};
use saaskit_kernel::{TenantId, Timestamp};
use saaskit_tenants::{Membership, NewTenant, Role, Tenant, TenantChange, Tenants, TenantsError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::list::ListQuery;
use crate::route::Entry;
use crate::url::Segment;
use crate::{Asker, Body, Caller, Listed, Listing, Problem, Resource, Row};

const ROWS: &[Row<Tenants>] = &[
    Row::new(Access::User, Class::Write, || routes!(create_tenant)),
    Row::new(Access::User, Class::Read, || routes!(list_tenants)),
    Row::new(Access::Member, Class::Read, || routes!(show_tenant)),
    Row::new(Access::Admin, Class::Write, || routes!(update_tenant)),
];

/// The routes of tenants.
pub(crate) fn entries() -> Vec<Entry> {
    ROWS.iter().map(Row::entry).collect()
}

/// Tenants as a resource.
pub fn resource(tenants: &Tenants) -> Resource {
    Resource::new(ROWS, tenants)
}

/// A workspace, and what you are in it.
#[derive(Debug, Serialize, ToSchema)]
struct TenantView {
    /// Its id.
    #[schema(value_type = String, example = "ten_01h455vb4pex5vsknk084sn02q")]
    id: TenantId,
    /// What it is called.
    #[schema(example = "Acme, Inc.")]
    name: String,
    /// What it is called in URLs.
    #[schema(example = "acme")]
    slug: String,
    /// Whether it may be used: active or suspended.
    #[schema(example = "active")]
    status: &'static str,
    /// Your role in it: owner, admin or member.
    #[schema(example = "owner")]
    role: &'static str,
    /// When it was made.
    #[schema(value_type = String, format = DateTime, example = "2026-11-21T12:00:00.000Z")]
    created_at: Timestamp,
}

impl TenantView {
    fn new(tenant: &Tenant, role: Role) -> Self {
        Self {
            id: tenant.id,
            name: tenant.name.to_string(),
            slug: tenant.slug.to_string(),
            status: tenant.status.as_str(),
            role: role.as_str(),
            created_at: tenant.created_at,
        }
    }
}

/// A new workspace.
#[derive(Debug, Deserialize, ToSchema)]
struct NewTenantBody {
    /// What it is called.
    #[schema(min_length = 1, max_length = 255, example = "Acme, Inc.")]
    name: String,
    /// What it is called in URLs: a-z, 0-9 and single hyphens between them.
    #[schema(min_length = 2, max_length = 63, example = "acme")]
    slug: String,
}

/// Makes a workspace; you own it.
#[utoipa::path(post, path = "/api/v1/tenants", tag = "tenants", request_body = NewTenantBody, responses(
    (status = 201, description = "The workspace; `Location` says where.", body = TenantView),
    (status = 409, description = "The slug is taken.")))]
async fn create_tenant(
    State(tenants): State<Tenants>,
    caller: Caller,
    Asker(asker): Asker,
    Body(NewTenantBody { name, slug }): Body<NewTenantBody>,
) -> Result<(StatusCode, [(HeaderName, String); 1], Json<TenantView>), Problem> {
    let (tenant, membership) = tenants.create(caller.call(), &asker, NewTenant { name, slug }).await?;
    let location = [(LOCATION, format!("/api/v1/tenants/{}", tenant.id))];
    Ok((StatusCode::CREATED, location, Json(TenantView::new(&tenant, membership.role))))
}

const LIST: &str = "tenants";

/// Lists the workspaces you are in.
#[utoipa::path(get, path = "/api/v1/tenants", tag = "tenants", params(ListQuery),
    responses((status = 200, description = "A part of them.", body = Listed<TenantView>)))]
async fn list_tenants(
    State(tenants): State<Tenants>,
    Asker(asker): Asker,
    listing: Listing,
) -> Result<Json<Listed<TenantView>>, Problem> {
    let part = tenants.list(&asker, listing.page(LIST)?).await?;
    let view = |(tenant, membership): (Tenant, Membership)| TenantView::new(&tenant, membership.role);
    Ok(Json(listing.answer(LIST, part, |(tenant, _)| tenant.id, view)))
}

/// Shows a workspace you are in.
#[utoipa::path(get, path = "/api/v1/tenants/{id}", tag = "tenants", params(IdParam),
    responses((status = 200, description = "The workspace.", body = TenantView)))]
async fn show_tenant(
    State(tenants): State<Tenants>,
    Asker(asker): Asker,
    Segment(id): Segment,
) -> Result<Json<TenantView>, Problem> {
    let member = tenants.enter(&asker, read_id(&id)?).await?;
    Ok(Json(TenantView::new(member.tenant(), member.role())))
}

/// What to change of a workspace; what is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
struct TenantChangeBody {
    /// What it is called.
    #[schema(min_length = 1, max_length = 255, example = "Acme, Inc.")]
    name: Option<String>,
    /// What it is called in URLs: a-z, 0-9 and single hyphens between them.
    #[schema(min_length = 2, max_length = 63, example = "acme")]
    slug: Option<String>,
}

/// Renames a workspace; owners and admins may.
#[utoipa::path(patch, path = "/api/v1/tenants/{id}", tag = "tenants", params(IdParam),
    request_body = TenantChangeBody, responses(
    (status = 200, description = "The workspace as it is now.", body = TenantView),
    (status = 409, description = "The slug is taken, or others were faster.")))]
async fn update_tenant(
    State(tenants): State<Tenants>,
    caller: Caller,
    Asker(asker): Asker,
    Segment(id): Segment,
    Body(TenantChangeBody { name, slug }): Body<TenantChangeBody>,
) -> Result<Json<TenantView>, Problem> {
    let member = tenants.enter(&asker, read_id(&id)?).await?;
    let change = TenantChange { name, slug };
    let tenant = tenants.update(caller.call(), &member.admin()?, change).await?;
    Ok(Json(TenantView::new(&tenant, member.role())))
}

/// Which workspace.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it documents the parameter of the path")]
struct IdParam {
    /// Its id.
    #[param(max_length = 30, example = "ten_01h455vb4pex5vsknk084sn02q")]
    id: String,
}

/// What can't be an id is the id of nothing.
fn read_id(text: &str) -> Result<TenantId, TenantsError> {
    let id = text.parse().map_err(|_| TenantsError::NotFound)?;
    tracing::Span::current().record("tenant", tracing::field::display(&id));
    Ok(id)
}
