use axum::Json;
use axum::extract::State;
use saaskit_tenants::permissions::ReadWorkspace;
use saaskit_tenants::{NewPolicy, Tenant, TenantPolicy, Tenants};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AsOwner, IdParam, Inside, May};
use crate::bounded::{DomainText, MethodText, NetworkText};
use crate::{Asker, Body, Caller, IfMatch, Problem, Versioned};

/// What a workspace asks of who enters it. Whoever falls short gets 401 `STEP_UP_REQUIRED` on its routes.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct PolicyBody {
    /// Whether a second factor is needed.
    #[schema(example = true)]
    mfa_required: bool,
    /// How many seconds ago the last sign-in may be; `null` for any time.
    #[schema(minimum = 300, maximum = 7_776_000, example = 86_400)]
    session_max_seconds: Option<u64>,
    /// By which methods one may have signed in (values of `amr`, RFC 8176); any of them will do, none means all.
    #[schema(value_type = Vec<MethodText>, inline, max_items = 10, example = json!(["pwd", "otp"]))]
    methods: Vec<String>,
    /// From which networks one may come; none means all.
    #[schema(value_type = Vec<NetworkText>, inline, max_items = 50, example = json!(["192.0.2.0/24"]))]
    ip_ranges: Vec<String>,
    /// At which domains one may have the address of the account; none means all.
    #[serde(default)]
    #[schema(value_type = Vec<DomainText>, inline, required = false, max_items = 50, example = json!(["example.com"]))]
    domains: Vec<String>,
}

impl From<&TenantPolicy> for PolicyBody {
    fn from(policy: &TenantPolicy) -> Self {
        Self {
            mfa_required: policy.mfa_required(),
            session_max_seconds: policy.session_max_seconds(),
            methods: policy.methods().iter().cloned().collect(),
            ip_ranges: policy.ip_ranges().iter().map(ToString::to_string).collect(),
            domains: policy.domains().iter().cloned().collect(),
        }
    }
}

impl From<PolicyBody> for NewPolicy {
    fn from(body: PolicyBody) -> Self {
        let PolicyBody { mfa_required, session_max_seconds, methods, ip_ranges, domains } = body;
        Self { mfa_required, session_max_seconds, methods, ip_ranges, domains }
    }
}

fn shown(tenant: &Tenant) -> Versioned<Json<PolicyBody>> {
    Versioned(tenant.version, Json((&tenant.policy).into()))
}

/// Shows what a workspace asks of who enters it; owners and admins may, and whoever was given `workspace:read`.
#[utoipa::path(get, path = "/api/v1/tenants/{id}/policy", tag = "tenants", params(IdParam),
    responses((status = 200, description = "The policy.", body = PolicyBody)))]
pub(super) async fn show_policy(
    May(_reader): May<ReadWorkspace>,
    Inside(member): Inside,
) -> Versioned<Json<PolicyBody>> {
    shown(member.tenant())
}

/// Sets what a workspace asks of who enters it; owners may. What your own request would not meet is refused.
#[utoipa::path(put, path = "/api/v1/tenants/{id}/policy", tag = "tenants", params(IdParam),
    request_body = PolicyBody, responses(
    (status = 200, description = "The policy as it is now.", body = PolicyBody),
    (status = 409, description = "Others were faster."),
    (status = 412, description = "The workspace was changed since the version `If-Match` names.")))]
pub(super) async fn set_policy(
    State(tenants): State<Tenants>,
    caller: Caller,
    Asker(asker): Asker,
    AsOwner(owner): AsOwner,
    IfMatch(version): IfMatch,
    Body(policy): Body<PolicyBody>,
) -> Result<Versioned<Json<PolicyBody>>, Problem> {
    Ok(shown(&tenants.set_policy(caller.call(), &asker, &owner, policy.into(), version).await?))
}
