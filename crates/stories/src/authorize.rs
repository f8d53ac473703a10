use std::net::IpAddr;

use async_trait::async_trait;
use saaskit_auth::{Auth, AuthError, GlobalRole, Known, Place, TenantRole};
use saaskit_gateway::port::Authorizer;
use saaskit_kernel::{ErrorKind, Fault, PortError, Principal, TenantId};
use saaskit_notify::permissions::{SUPPRESSIONS_READ, SUPPRESSIONS_WRITE};
use saaskit_tenants::port::Grants;
use saaskit_tenants::{Member, Role, Tenants, TenantsError};

use crate::tenant_roles::place_of;

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
        ip: IpAddr,
        permission: &str,
    ) -> Result<(), Box<dyn Fault>> {
        let mut place = Place::Installation;
        // What somebody is in a workspace says nothing about the installation.
        if let Some(tenant) = tenant.filter(|_| self.auth.is_of_tenant(permission)) {
            match self.tenants.enter_from(Some(ip), principal, tenant).await {
                Ok(member) => place = place_of(&member),
                // Who is let into no workspace may still do there what the installation lets them.
                Err(TenantsError::NotFound | TenantsError::Suspended) => {}
                Err(fault) => return Err(boxed(fault)),
            }
        }
        self.auth.may(principal, place, permission).await.map_err(boxed)
    }

    async fn is_in(&self, principal: &Principal, tenant: TenantId) -> Result<(), Box<dyn Fault>> {
        self.tenants.is_in(principal, tenant).await.map_err(boxed)
    }
}

/// What members were given in workspaces: auth knows.
#[derive(Debug, Clone)]
pub struct GivenRoles(pub Auth);

#[async_trait]
impl Grants for GivenRoles {
    async fn has(&self, member: &Member, permission: &str) -> Result<bool, PortError> {
        let has = self.0.has(member.membership().user, place_of(member), permission).await;
        has.map_err(|error| match error {
            AuthError::Busy(error) | AuthError::Unavailable(error) => error,
            error => PortError::new(ErrorKind::Unexpected, "auth").because(error),
        })
    }
}

/// The permissions of the domains beside auth; for [`saaskit_auth::Settings::permissions`].
pub fn permissions() -> Vec<Known> {
    let of_tenants = saaskit_tenants::permissions::ALL.iter();
    let of_tenants = of_tenants.map(|(name, least)| Known::new(name, as_auth_says(*least)));
    let of_notify = OF_NOTIFY.iter().map(|(name, least)| Known::new(name, *least));
    of_tenants.chain(of_notify).filter_map(Result::ok).collect()
}

const OF_NOTIFY: [(&str, GlobalRole); 2] =
    [(SUPPRESSIONS_READ, GlobalRole::Moderator), (SUPPRESSIONS_WRITE, GlobalRole::Admin)];

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
        assert_eq!(permissions().len(), saaskit_tenants::permissions::ALL.len() + OF_NOTIFY.len());
    }
}
