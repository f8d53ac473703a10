//! What the mails of workspaces look like.

use axum::Json;
use axum::extract::{FromRef, State};
use http::StatusCode;
use saaskit_gateway::{Access, Class};
use saaskit_notify::{Branding, NewBranding};
use saaskit_stories::TenantBrand;
use saaskit_tenants::Tenants;
use saaskit_tenants::permissions::WORKSPACE_WRITE;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::route::Entry;
use crate::tenants::{IdParam, Inside, May};
use crate::{Body, Caller, Problem, Resource, Row};

const ROWS: &[Row<Served>] = &[
    Row::new(Access::Member, Class::Read, || routes!(show_branding)),
    Row::new(Access::MemberWith(WORKSPACE_WRITE), Class::Write, || routes!(set_branding)),
    Row::new(Access::MemberWith(WORKSPACE_WRITE), Class::Write, || routes!(reset_branding)),
];

/// The routes of brandings.
pub(crate) fn entries() -> Vec<Entry> {
    ROWS.iter().map(Row::entry).collect()
}

/// Brandings as a resource.
pub fn resource(brand: &TenantBrand) -> Resource {
    Resource::new(ROWS, &Served(brand.clone()))
}

#[derive(Debug, Clone)]
struct Served(TenantBrand);

impl FromRef<Served> for Tenants {
    fn from_ref(Served(brand): &Served) -> Self {
        brand.tenants.clone()
    }
}

/// What the mails of a workspace look like.
#[derive(Debug, Serialize, ToSchema)]
struct BrandingView {
    /// The name they bear.
    #[schema(example = "Acme, Inc.")]
    name: String,
    /// The colour of what is to be clicked.
    #[schema(example = "#1d4ed8")]
    color: String,
    /// The address of the picture shown instead of the name.
    #[schema(example = "https://cdn.example.com/logo.png")]
    logo_url: Option<String>,
    /// Whether the workspace chose it; otherwise it is the installation's.
    own: bool,
}

impl BrandingView {
    fn new(branding: Branding, own: bool) -> Self {
        Self {
            name: branding.name.to_string(),
            color: branding.color.into(),
            logo_url: branding.logo.map(String::from),
            own,
        }
    }
}

/// What the mails of a workspace are to look like.
#[derive(Debug, Deserialize, ToSchema)]
struct NewBrandingBody {
    /// The name they bear, on one line.
    #[schema(min_length = 1, max_length = 255, example = "Acme, Inc.")]
    name: String,
    /// The colour of what is to be clicked. What stands on it is white or black, whichever can be read.
    #[schema(max_length = 7, pattern = "^#[0-9A-Fa-f]{6}$", example = "#1d4ed8")]
    color: String,
    /// The https address of a picture shown instead of the name, 32 pixels high.
    #[schema(max_length = 2048, example = "https://cdn.example.com/logo.png")]
    logo_url: Option<String>,
}

impl From<NewBrandingBody> for NewBranding {
    fn from(NewBrandingBody { name, color, logo_url }: NewBrandingBody) -> Self {
        Self { name, color, logo_url }
    }
}

/// Shows what the mails of a workspace look like.
#[utoipa::path(get, path = "/api/v1/tenants/{id}/branding", tag = "tenants", params(IdParam),
    responses((status = 200, description = "The branding.", body = BrandingView)))]
async fn show_branding(
    State(Served(brand)): State<Served>,
    Inside(member): Inside,
) -> Result<Json<BrandingView>, Problem> {
    let (branding, own) = brand.show(&member).await?;
    Ok(Json(BrandingView::new(branding, own)))
}

/// Sets what the mails of a workspace look like from now on; owners and admins may, and whoever was given
/// `workspace:write`.
#[utoipa::path(put, path = "/api/v1/tenants/{id}/branding", tag = "tenants", params(IdParam),
    request_body = NewBrandingBody,
    responses((status = 200, description = "The branding as it is now.", body = BrandingView)))]
async fn set_branding(
    State(Served(brand)): State<Served>,
    caller: Caller,
    May(by): May,
    Body(body): Body<NewBrandingBody>,
) -> Result<Json<BrandingView>, Problem> {
    let branding = brand.set(caller.call(), &by, &body.into()).await?;
    Ok(Json(BrandingView::new(branding, true)))
}

/// Lets the mails of a workspace look like the installation's again; owners and admins may, and whoever was given
/// `workspace:write`.
#[utoipa::path(delete, path = "/api/v1/tenants/{id}/branding", tag = "tenants", params(IdParam),
    responses((status = 204, description = "They do.")))]
async fn reset_branding(
    State(Served(brand)): State<Served>,
    caller: Caller,
    May(by): May,
) -> Result<StatusCode, Problem> {
    brand.reset(caller.call(), &by).await?;
    Ok(StatusCode::NO_CONTENT)
}
