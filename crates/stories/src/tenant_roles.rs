use saaskit_auth::{Auth, Explanation, Place, RoleDraft, RoleId, RoleSheet, permissions};
use saaskit_kernel::{Call, Principal, TenantId, UserId, Version};
use saaskit_tenants::{Member, MemberError, Tenants, TenantsError};

use crate::StoryError;
use crate::authorize::as_auth_says;

/// The roles of workspaces: tenants lets in, auth knows the roles.
#[derive(Debug, Clone)]
pub struct TenantRoles {
    /// Knows the roles.
    pub auth: Auth,
    /// Knows who is a member.
    pub tenants: Tenants,
}

impl TenantRoles {
    /// The roles that count in a workspace.
    pub async fn list(&self, by: &Principal, inside: &Member) -> Result<Vec<RoleSheet>, StoryError> {
        Ok(self.auth.list_roles(by, place_of(inside)).await?)
    }

    /// One of them.
    pub async fn show(&self, by: &Principal, inside: &Member, role: RoleId) -> Result<RoleSheet, StoryError> {
        Ok(self.auth.show_role(by, place_of(inside), role).await?)
    }

    /// Makes one.
    pub async fn create(
        &self,
        call: &Call,
        by: &Principal,
        inside: &Member,
        draft: RoleDraft,
    ) -> Result<RoleSheet, StoryError> {
        Ok(self.auth.create_role(call, by, place_of(inside), draft).await?)
    }

    /// Changes one; with a version, only if it is still that one.
    pub async fn update(
        &self,
        call: &Call,
        by: &Principal,
        inside: &Member,
        role: RoleId,
        draft: RoleDraft,
        version: Option<Version>,
    ) -> Result<RoleSheet, StoryError> {
        Ok(self.auth.update_role(call, by, place_of(inside), role, draft, version).await?)
    }

    /// Removes one.
    pub async fn remove(
        &self,
        call: &Call,
        by: &Principal,
        inside: &Member,
        role: RoleId,
    ) -> Result<(), StoryError> {
        Ok(self.auth.remove_role(call, by, place_of(inside), role).await?)
    }

    /// Gives another member exactly these.
    pub async fn assign(
        &self,
        call: &Call,
        by: &Principal,
        inside: &Member,
        to: UserId,
        roles: &[String],
    ) -> Result<Vec<RoleSheet>, StoryError> {
        let place = place_of(inside);
        self.auth.may(by, place, permissions::TENANT_ROLES_WRITE).await?;
        self.other(inside.tenant().id, to).await?;
        Ok(self.auth.assign_roles(call, by, place, to, roles).await?)
    }

    /// Why another member may, or may not, do something there.
    pub async fn explain(
        &self,
        by: &Principal,
        inside: &Member,
        user: UserId,
        permission: &str,
    ) -> Result<Explanation, StoryError> {
        self.auth.may(by, place_of(inside), permissions::TENANT_ROLES_READ).await?;
        let place = self.other(inside.tenant().id, user).await?;
        Ok(self.auth.explain(user, place, permission).await?)
    }

    /// Where another member acts; for who is none, there is no such member.
    async fn other(&self, tenant: TenantId, user: UserId) -> Result<Place, StoryError> {
        let role = self.tenants.role_of(tenant, user).await?;
        let role = role.ok_or_else(|| TenantsError::from(MemberError::NotFound))?;
        Ok(Place::Tenant(tenant, as_auth_says(role)))
    }
}

/// Where who is inside acts.
pub(crate) fn place_of(inside: &Member) -> Place {
    Place::Tenant(inside.tenant().id, as_auth_says(inside.role()))
}
