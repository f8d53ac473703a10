use axum::Json;
use axum::extract::State;
use http::StatusCode;
use saaskit_kernel::{Code, Invalid, Timestamp};
use saaskit_tenants::{MemberError, MembershipId, Tenants, TenantsError, Transfer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AsOwner, IdParam, Inside};
use crate::{Asker, Body, Caller, Problem};

/// The offer to own a workspace.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OfferView {
    /// The owner who offers, and will be an admin.
    #[schema(value_type = String, example = "mem_01h455vb4pex5vsknk084sn02q")]
    from: MembershipId,
    /// The member who may accept.
    #[schema(value_type = String, example = "mem_01h455vb4pex5vsknk084sn02r")]
    member: MembershipId,
    /// Until when.
    #[schema(value_type = String, format = DateTime, example = "2026-11-28T12:00:00.000Z")]
    until: Timestamp,
}

impl From<Transfer> for OfferView {
    fn from(Transfer { from, to, until }: Transfer) -> Self {
        Self { from, member: to, until }
    }
}

/// Whom a workspace is offered to.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct OfferBody {
    /// The id of the membership.
    #[schema(max_length = 30, example = "mem_01h455vb4pex5vsknk084sn02q")]
    member: String,
}

const MEMBER_INVALID: Invalid =
    Invalid::new(Code::validation("ID_INVALID"), "the id of a membership, like mem_…");

/// Shows the offer to own a workspace that waits to be accepted.
#[utoipa::path(get, path = "/api/v1/tenants/{id}/transfer", tag = "tenants", params(IdParam),
    responses((status = 200, description = "The offer.", body = OfferView)))]
pub(super) async fn show_offer(Inside(member): Inside) -> Result<Json<OfferView>, Problem> {
    let offer = member.tenant().transfer.ok_or(TenantsError::from(MemberError::NoTransfer))?;
    Ok(Json(offer.into()))
}

/// Offers a workspace to one of its members; an owner may who signed in within the last five minutes.
#[utoipa::path(post, path = "/api/v1/tenants/{id}/transfer", tag = "tenants", params(IdParam),
    request_body = OfferBody, responses(
    (status = 201, description = "The offer; nothing changes until it is accepted.", body = OfferView),
    (status = 409, description = "The member owns it already, or others were faster.")))]
pub(super) async fn offer_ownership(
    State(tenants): State<Tenants>,
    caller: Caller,
    Asker(asker): Asker,
    AsOwner(owner): AsOwner,
    Body(OfferBody { member }): Body<OfferBody>,
) -> Result<(StatusCode, Json<OfferView>), Problem> {
    let invalid = |_| TenantsError::Invalid(vec![("member", MEMBER_INVALID)]);
    let member = member.parse().map_err(invalid)?;
    let offer = tenants.offer_ownership(caller.call(), &asker, &owner, member).await?;
    Ok((StatusCode::CREATED, Json(offer.into())))
}

/// Takes the offer of a workspace back; any of its owners may.
#[utoipa::path(delete, path = "/api/v1/tenants/{id}/transfer", tag = "tenants", params(IdParam),
    responses((status = 204, description = "There is no offer any more.")))]
pub(super) async fn withdraw_ownership(
    State(tenants): State<Tenants>,
    caller: Caller,
    AsOwner(owner): AsOwner,
) -> Result<StatusCode, Problem> {
    tenants.withdraw_ownership(caller.call(), &owner).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Accepts a workspace that is offered to you; who offered it becomes an admin.
#[utoipa::path(post, path = "/api/v1/tenants/{id}/transfer/accept", tag = "tenants", params(IdParam), responses(
    (status = 204, description = "You own it."),
    (status = 409, description = "Others were faster."),
    (status = 410, description = "The offer has expired.")))]
pub(super) async fn accept_ownership(
    State(tenants): State<Tenants>,
    caller: Caller,
    Inside(member): Inside,
) -> Result<StatusCode, Problem> {
    tenants.accept_ownership(caller.call(), &member).await?;
    Ok(StatusCode::NO_CONTENT)
}
