use async_trait::async_trait;
use saaskit_auth::{Auth, Known, Place, TenantRole};
use saaskit_gateway::port::Authorizer;
use saaskit_kernel::{Fault, Principal, TenantId};
use saaskit_tenants::{Role, Tenants};

/// Who may do what: auth knows the roles, tenants who is a member of what.
#[derive(Debug, Clone)]
pub struct Permissions {
    /// Knows what roles allow and who was given them.
    pub auth: Auth,
    /// Knows who is what in which workspace.
    pub tenants: Tenants,
}

#[async_trait]
impl Authorizer for Permissions {
    async fn may(
        &self,
        principal: &Principal,
        tenant: Option<TenantId>,
        permission: &str,
    ) -> Result<(), Box<dyn Fault>> {
        let mut place = Place::Installation;
        // What somebody is in a workspace says nothing about the installation.
        if let Some(tenant) = tenant.filter(|_| self.auth.is_of_tenant(permission)) {
            let role = self.tenants.role_of(tenant, principal.user).await.map_err(boxed)?;
            place = role.map_or(place, |role| Place::Tenant(tenant, as_auth_says(role)));
        }
        self.auth.may(principal, place, permission).await.map_err(boxed)
    }
}

/// The permissions of the domains beside auth; for [`saaskit_auth::Settings::permissions`].
pub fn permissions() -> Vec<Known> {
    let known = saaskit_tenants::permissions::ALL.iter();
    known.filter_map(|(name, least)| Known::new(name, as_auth_says(*least)).ok()).collect()
}

/// A member's role, in auth's words.
pub(crate) const fn as_auth_says(role: Role) -> TenantRole {
    match role {
        Role::Member => TenantRole::Member,
        Role::Admin => TenantRole::Admin,
        Role::Owner => TenantRole::Owner,
    }
}

fn boxed(fault: impl Fault) -> Box<dyn Fault> {
    Box::new(fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_permission_of_a_domain_names_one_resource_and_one_action() {
        assert_eq!(permissions().len(), saaskit_tenants::permissions::ALL.len());
    }
}
