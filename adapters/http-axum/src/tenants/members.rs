use axum::Json;
use axum::extract::State;
use http::StatusCode;
use saaskit_kernel::{Code, Invalid, Timestamp, UserId};
use saaskit_tenants::permissions::{ReadMembers, WriteMembers};
use saaskit_tenants::port::Person;
use saaskit_tenants::{Membership, MembershipId, Role, Seats, Tenants, TenantsError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::inside::Named;
use super::{IdParam, Inside, May};
use crate::list::ListQuery;
use crate::{Body, Caller, IfMatch, Listed, Listing, Problem, Versioned};

/// Somebody in a workspace.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MemberView {
    /// Names the membership.
    #[schema(value_type = String, example = "mem_01h455vb4pex5vsknk084sn02q")]
    id: MembershipId,
    /// The user.
    #[schema(value_type = String, example = "usr_01h455vb4pex5vsknk084sn02q")]
    user_id: UserId,
    /// Where mail reaches them; `null` where nobody knows any more.
    #[schema(example = "ana@example.com")]
    email: Option<String>,
    /// What they are called, if they said so.
    #[schema(example = "Ana Pop")]
    name: Option<String>,
    /// What they may do: owner, admin or member.
    #[schema(example = "admin")]
    role: &'static str,
    /// `active`, or `ended` if they are gone with their account and come back with it.
    #[schema(example = "active")]
    status: &'static str,
    /// Since when they are in it.
    #[schema(value_type = String, format = DateTime, example = "2026-11-21T12:00:00.000Z")]
    since: Timestamp,
}

impl MemberView {
    fn shown(member: Membership, person: Option<Person>) -> Versioned<Json<Self>> {
        Versioned(member.version, Json(Self::new((member, person))))
    }

    fn new((member, person): (Membership, Option<Person>)) -> Self {
        Self {
            id: member.id,
            user_id: member.user,
            email: person.as_ref().map(|person| person.email.to_string()),
            name: person.and_then(|person| person.name).map(|name| name.to_string()),
            role: member.role.as_str(),
            status: if member.is_active() { "active" } else { "ended" },
            since: member.created_at,
        }
    }
}

/// How many may be in a workspace, and how many are.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SeatsView {
    /// How many seats are taken.
    #[schema(example = 3)]
    used: u64,
    /// How many there are; `null` where nothing limits them.
    #[schema(example = 10)]
    limit: Option<u32>,
}

/// A part of the members, and how many seats are taken.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MembersView {
    #[serde(flatten)]
    part: Listed<MemberView>,
    /// How many seats there are, and how many are taken.
    seats: SeatsView,
}

const LIST: &str = "members";

/// Lists who is in a workspace, and who comes back to it with the account; owners and admins may, and
/// whoever was given `members:read`.
#[utoipa::path(get, path = "/api/v1/tenants/{id}/members", tag = "tenants", params(IdParam, ListQuery),
    responses((status = 200, description = "A part of them.", body = MembersView)))]
pub(super) async fn list_members(
    State(tenants): State<Tenants>,
    May(by): May<ReadMembers>,
    listing: Listing,
) -> Result<Json<MembersView>, Problem> {
    let part = tenants.members(&by, listing.page(LIST)?).await?;
    let Seats { used, limit } = tenants.seats(&by).await?;
    let part = listing.answer(LIST, part, |(member, _)| member.id, MemberView::new);
    Ok(Json(MembersView { part, seats: SeatsView { used, limit } }))
}

/// Which member.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it documents the parameter of the path")]
struct MemberParam {
    /// The id of the membership.
    #[param(max_length = 30, example = "mem_01h455vb4pex5vsknk084sn02q")]
    member_id: String,
}

/// Shows one member of a workspace; owners and admins may, and whoever was given `members:read`.
#[utoipa::path(get, path = "/api/v1/tenants/{id}/members/{member_id}", tag = "tenants",
    params(IdParam, MemberParam), responses((status = 200, description = "The member.", body = MemberView)))]
pub(super) async fn show_member(
    State(tenants): State<Tenants>,
    May(by): May<ReadMembers>,
    Named(member): Named,
) -> Result<Versioned<Json<MemberView>>, Problem> {
    let (member, person) = tenants.member(&by, member).await?;
    Ok(MemberView::shown(member, person))
}

/// What a member is to be.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct MemberRoleBody {
    /// The role: owner, admin or member; none above your own.
    #[schema(max_length = 10, pattern = "^(owner|admin|member)$", example = "admin")]
    role: String,
}

const ROLE_INVALID: Invalid = Invalid::new(Code::validation("ROLE_INVALID"), "owner, admin or member");

/// Gives a member another role; owners and admins may, and whoever was given `members:write`.
#[utoipa::path(patch, path = "/api/v1/tenants/{id}/members/{member_id}", tag = "tenants",
    params(IdParam, MemberParam), request_body = MemberRoleBody, responses(
    (status = 200, description = "The member as they are now.", body = MemberView),
    (status = 409, description = "They are the last owner, gone with their account, or others were faster."),
    (status = 412, description = "The member was changed since the version `If-Match` names.")))]
pub(super) async fn change_role(
    State(tenants): State<Tenants>,
    caller: Caller,
    May(by): May<WriteMembers>,
    Named(member): Named,
    IfMatch(version): IfMatch,
    Body(MemberRoleBody { role }): Body<MemberRoleBody>,
) -> Result<Versioned<Json<MemberView>>, Problem> {
    let role = Role::parse(&role).ok_or(TenantsError::Invalid(vec![("role", ROLE_INVALID)]))?;
    let member = tenants.change_role(caller.call(), &by, member, role, version).await?;
    let person = tenants.person(&member).await?;
    Ok(MemberView::shown(member, person))
}

/// Removes somebody else from a workspace; owners and admins may, and whoever was given `members:write`, nobody whose
/// role is above the own. Who is gone with the account does not come back.
#[utoipa::path(delete, path = "/api/v1/tenants/{id}/members/{member_id}", tag = "tenants",
    params(IdParam, MemberParam), responses(
    (status = 204, description = "They are not in it any more."),
    (status = 409, description = "They are the last owner, or you yourself.")))]
pub(super) async fn remove_member(
    State(tenants): State<Tenants>,
    caller: Caller,
    May(by): May<WriteMembers>,
    Named(member): Named,
) -> Result<StatusCode, Problem> {
    tenants.remove_member(caller.call(), &by, member).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Leaves a workspace.
#[utoipa::path(post, path = "/api/v1/tenants/{id}/leave", tag = "tenants", params(IdParam), responses(
    (status = 204, description = "You are not in it any more."),
    (status = 409, description = "You are its last owner.")))]
pub(super) async fn leave(
    State(tenants): State<Tenants>,
    caller: Caller,
    Inside(member): Inside,
) -> Result<StatusCode, Problem> {
    tenants.leave(caller.call(), &member).await?;
    Ok(StatusCode::NO_CONTENT)
}
