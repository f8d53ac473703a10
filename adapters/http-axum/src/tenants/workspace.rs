use axum::Json;
use axum::extract::State;
use http::header::LOCATION;
use http::{HeaderName, StatusCode};
use saaskit_kernel::{TenantId, Timestamp};
use saaskit_tenants::{Membership, NewTenant, Role, Tenant, TenantChange, Tenants};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{IdParam, Inside, May};
use crate::list::ListQuery;
use crate::{Asker, Body, Caller, IfMatch, Listed, Listing, Problem, Versioned};

/// A workspace, and what you are in it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TenantView {
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
pub(super) struct NewTenantBody {
    /// What it is called.
    #[schema(min_length = 1, max_length = 255, example = "Acme, Inc.")]
    name: String,
    /// What it is called in URLs: a-z, 0-9 and single hyphens between them.
    #[schema(min_length = 2, max_length = 63, example = "acme")]
    slug: String,
}

fn shown(tenant: &Tenant, role: Role) -> Versioned<Json<TenantView>> {
    Versioned(tenant.version, Json(TenantView::new(tenant, role)))
}

/// Makes a workspace; you own it.
#[utoipa::path(post, path = "/api/v1/tenants", tag = "tenants", request_body = NewTenantBody, responses(
    (status = 201, description = "The workspace; `Location` says where.", body = TenantView),
    (status = 409, description = "The slug is taken.")))]
pub(super) async fn create_tenant(
    State(tenants): State<Tenants>,
    caller: Caller,
    Asker(asker): Asker,
    Body(NewTenantBody { name, slug }): Body<NewTenantBody>,
) -> Result<(StatusCode, [(HeaderName, String); 1], Versioned<Json<TenantView>>), Problem> {
    let (tenant, membership) = tenants.create(caller.call(), &asker, NewTenant { name, slug }).await?;
    let location = [(LOCATION, format!("/api/v1/tenants/{}", tenant.id))];
    Ok((StatusCode::CREATED, location, shown(&tenant, membership.role)))
}

const LIST: &str = "tenants";

/// Lists the workspaces you are in.
#[utoipa::path(get, path = "/api/v1/tenants", tag = "tenants", params(ListQuery),
    responses((status = 200, description = "A part of them.", body = Listed<TenantView>)))]
pub(super) async fn list_tenants(
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
pub(super) async fn show_tenant(Inside(member): Inside) -> Versioned<Json<TenantView>> {
    shown(member.tenant(), member.role())
}

/// What to change of a workspace; what is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct TenantChangeBody {
    /// What it is called.
    #[schema(min_length = 1, max_length = 255, example = "Acme, Inc.")]
    name: Option<String>,
    /// What it is called in URLs: a-z, 0-9 and single hyphens between them.
    #[schema(min_length = 2, max_length = 63, example = "acme")]
    slug: Option<String>,
}

/// Renames a workspace; owners and admins may, and whoever was given `workspace:write`.
#[utoipa::path(patch, path = "/api/v1/tenants/{id}", tag = "tenants", params(IdParam),
    request_body = TenantChangeBody, responses(
    (status = 200, description = "The workspace as it is now.", body = TenantView),
    (status = 409, description = "The slug is taken, or others were faster."),
    (status = 412, description = "It was changed since the version `If-Match` names.")))]
pub(super) async fn update_tenant(
    State(tenants): State<Tenants>,
    caller: Caller,
    May(by): May,
    IfMatch(version): IfMatch,
    Body(TenantChangeBody { name, slug }): Body<TenantChangeBody>,
) -> Result<Versioned<Json<TenantView>>, Problem> {
    let tenant = tenants.update(caller.call(), &by, TenantChange { name, slug }, version).await?;
    Ok(shown(&tenant, by.role()))
}
