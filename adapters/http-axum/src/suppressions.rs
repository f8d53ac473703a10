//! Addresses that get no mail, as operators see them.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use saaskit_gateway::{Access, Class};
use saaskit_kernel::{TenantId, Timestamp};
use saaskit_notify::permissions::{SUPPRESSIONS_READ, SUPPRESSIONS_WRITE};
use saaskit_notify::{NewSuppression, Notify, Suppression, SuppressionId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::list::ListQuery;
use crate::route::Entry;
use crate::url::{Asked, Segment};
use crate::{Body, Caller, Listed, Listing, Problem, Resource, Row};

const ROWS: &[Row<Notify>] = &[
    Row::new(Access::Permission(SUPPRESSIONS_READ), Class::Read, || routes!(list_suppressions)),
    Row::new(Access::Permission(SUPPRESSIONS_WRITE), Class::Write, || routes!(suppress)),
    Row::new(Access::Permission(SUPPRESSIONS_WRITE), Class::Write, || routes!(lift_suppression)),
];

/// The routes of suppressions.
pub(crate) fn entries() -> Vec<Entry> {
    ROWS.iter().map(Row::entry).collect()
}

/// Suppressions as a resource.
pub fn resource(notify: &Notify) -> Resource {
    Resource::new(ROWS, notify)
}

/// An address that gets no mail, except about the account itself.
#[derive(Debug, Serialize, ToSchema)]
struct SuppressionView {
    /// Its id.
    #[schema(value_type = String, example = "sup_01h455vb4pex5vsknk084sn02q")]
    id: SuppressionId,
    /// The address, as addresses are compared.
    #[schema(format = Email, example = "ana@example.com")]
    address: String,
    /// The workspace whose mail it gets no more; `null` for everybody's.
    #[schema(value_type = Option<String>, example = "ten_01h455vb4pex5vsknk084sn02q")]
    tenant_id: Option<TenantId>,
    /// `bounced` (its server says that nobody has it), `complained` or `manual`.
    #[schema(example = "bounced")]
    reason: &'static str,
    /// Since when.
    #[schema(value_type = String, format = DateTime, example = "2026-11-21T12:00:00.000Z")]
    since: Timestamp,
}

impl From<Suppression> for SuppressionView {
    fn from(suppression: Suppression) -> Self {
        Self {
            id: suppression.id,
            address: suppression.address.normal().to_owned(),
            tenant_id: suppression.tenant,
            reason: suppression.reason.as_str(),
            since: suppression.since,
        }
    }
}

/// Which of them.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AddressQuery {
    /// Those of that address only.
    #[param(max_length = 254, example = "ana@example.com")]
    address: Option<String>,
}

const LIST: &str = "suppressions";

/// Lists the addresses that get no mail.
#[utoipa::path(get, path = "/api/v1/admin/suppressions", tag = "admin", params(AddressQuery, ListQuery),
    responses((status = 200, description = "A part of them.", body = Listed<SuppressionView>)))]
async fn list_suppressions(
    State(notify): State<Notify>,
    Asked(query): Asked<AddressQuery>,
    listing: Listing,
) -> Result<Json<Listed<SuppressionView>>, Problem> {
    let part = notify.list_suppressions(query.address.as_deref(), listing.page(LIST)?).await?;
    Ok(Json(listing.answer(LIST, part, |suppression| suppression.id, SuppressionView::from)))
}

/// An address that is to get no mail any more.
#[derive(Debug, Deserialize, ToSchema)]
struct NewSuppressionBody {
    /// Which.
    #[schema(format = Email, max_length = 254, example = "ana@example.com")]
    address: String,
    /// The workspace whose mail it gets no more; everybody's without one.
    #[schema(max_length = 30, example = "ten_01h455vb4pex5vsknk084sn02q")]
    tenant_id: Option<String>,
}

/// Lets an address get no mail any more, except about the account itself.
#[utoipa::path(post, path = "/api/v1/admin/suppressions", tag = "admin", request_body = NewSuppressionBody,
    responses((status = 200, description = "What holds its mail back, which may be older.", body = SuppressionView)))]
async fn suppress(
    State(notify): State<Notify>,
    caller: Caller,
    Body(NewSuppressionBody { address, tenant_id }): Body<NewSuppressionBody>,
) -> Result<Json<SuppressionView>, Problem> {
    let ask = NewSuppression { address, tenant: tenant_id };
    Ok(Json(notify.suppress(caller.call(), ask).await?.into()))
}

/// Which of them.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it documents the parameter of the path")]
struct SuppressionParam {
    /// Its id.
    #[param(max_length = 30, example = "sup_01h455vb4pex5vsknk084sn02q")]
    id: String,
}

/// Lets an address get mail again.
#[utoipa::path(delete, path = "/api/v1/admin/suppressions/{id}", tag = "admin", params(SuppressionParam),
    responses((status = 204, description = "It does, unless another one holds it back.")))]
async fn lift_suppression(
    State(notify): State<Notify>,
    caller: Caller,
    Segment(id): Segment,
) -> Result<StatusCode, Problem> {
    notify.lift_suppression(caller.call(), &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
