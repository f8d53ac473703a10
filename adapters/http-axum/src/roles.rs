//! What the roles of the installation and those of workspaces look like.

use axum::Json;
use saaskit_auth::{Explanation, Permission, RoleDraft, RoleId, RoleSheet};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::bounded::{IdText, PermissionText};
use crate::{Listed, Versioned};

/// A role, and what it allows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoleView {
    /// Its id.
    #[schema(value_type = String, example = "rol_01h455vb4pex5vsknk084sn02q")]
    id: RoleId,
    /// What it is called.
    #[schema(example = "Support")]
    name: String,
    /// What it allows: `resource:action`, each a word or `*`.
    #[schema(example = json!(["users:read", "users:lock"]))]
    permissions: Vec<String>,
    /// Whether it is always there, as it is.
    system: bool,
}

impl From<RoleSheet> for RoleView {
    fn from(RoleSheet { id, name, permissions, system, .. }: RoleSheet) -> Self {
        Self { id, name, permissions: permissions.iter().map(Permission::to_string).collect(), system }
    }
}

/// Shows roles, all there are: a place has 200 at most.
pub(crate) fn listed(roles: Vec<RoleSheet>) -> Json<Listed<RoleView>> {
    Json(Listed::whole(roles.into_iter().map(RoleView::from).collect()))
}

/// Shows one.
pub(crate) fn shown(role: RoleSheet) -> Versioned<Json<RoleView>> {
    Versioned(role.version, Json(role.into()))
}

/// What a role is to be.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RoleBody {
    /// What it is called; unique among the roles there.
    #[schema(min_length = 1, max_length = 255, example = "Support")]
    name: String,
    /// What it allows: `resource:action`, each a word or `*`.
    #[schema(value_type = Vec<PermissionText>, inline, max_items = 200, example = json!(["users:read", "users:lock"]))]
    permissions: Vec<String>,
}

impl From<RoleBody> for RoleDraft {
    fn from(RoleBody { name, permissions }: RoleBody) -> Self {
        Self { name, permissions }
    }
}

/// Which roles a user is to have, and no others.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RolesBody {
    /// Their ids.
    #[schema(value_type = Vec<IdText>, inline, max_items = 50, example = json!(["rol_01h455vb4pex5vsknk084sn02q"]))]
    pub(crate) roles: Vec<String>,
}

/// Which permission is asked about.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PermissionQuery {
    /// One resource and one action.
    #[param(max_length = 100, example = "users:read")]
    #[serde(default)]
    pub(crate) permission: String,
}

/// Why a user may, or may not, do something.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExplanationView {
    /// What was asked about.
    #[schema(example = "users:read")]
    permission: String,
    /// Whether the user may.
    allowed: bool,
    /// Whether the account may be used at all.
    active: bool,
    /// Whether the user operates the installation, and may do everything.
    super_admin: bool,
    /// What allows it.
    #[schema(max_items = 110)]
    because: Vec<ReasonView>,
    /// What the user lacks, where nothing allows it.
    #[schema(example = "users:read")]
    missing: Option<String>,
    /// Every role the user has there.
    #[schema(max_items = 110)]
    roles: Vec<RoleView>,
}

/// A role that allows something.
#[derive(Debug, Serialize, ToSchema)]
struct ReasonView {
    /// The role.
    #[schema(value_type = String, example = "rol_01h455vb4pex5vsknk084sn02q")]
    role: RoleId,
    /// What it is called.
    #[schema(example = "Support")]
    name: String,
    /// Which of its permissions does.
    #[schema(example = "users:*")]
    permission: String,
}

impl From<Explanation> for ExplanationView {
    fn from(explanation: Explanation) -> Self {
        let reason = |(role, permission): (&RoleSheet, &Permission)| ReasonView {
            role: role.id,
            name: role.name.clone(),
            permission: permission.to_string(),
        };
        let because: Vec<_> = explanation.reasons().map(reason).collect();
        let allowed = explanation.is_allowed();
        let permission = explanation.permission.to_string();
        let lacks = because.is_empty() && !explanation.super_admin;
        Self {
            missing: lacks.then(|| permission.clone()),
            permission,
            allowed,
            active: explanation.active,
            super_admin: explanation.super_admin,
            because,
            roles: explanation.roles.into_iter().map(RoleView::from).collect(),
        }
    }
}
