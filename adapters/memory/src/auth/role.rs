use async_trait::async_trait;
use saaskit_auth::port::Roles;
use saaskit_auth::write::{ROLE_NAME, RoleWrite};
use saaskit_auth::{Assignment, Rights, Role, RoleId};
use saaskit_kernel::{CommitError, PortError, TenantId, UserId};

use super::AuthState;
use crate::MemoryStore;
use crate::store::insert_new;

/// What two names are compared by.
fn folded(role: &Role) -> String {
    role.name.as_str().to_lowercase()
}

impl AuthState {
    pub(super) fn role(&mut self, write: RoleWrite) -> Result<(), CommitError> {
        match write {
            RoleWrite::Insert(role) => {
                self.refuse_taken_name(&role)?;
                insert_new(&mut self.roles, role.id, Role { version: role.version.next(), ..role })
            }
            RoleWrite::Save(role) => {
                self.refuse_taken_name(&role)?;
                let stored = self.roles.get_mut(&role.id);
                let stored = stored.filter(|it| (it.tenant, it.version) == (role.tenant, role.version));
                let stored = stored.ok_or(CommitError::Stale)?;
                *stored = Role { version: role.version.next(), created_at: stored.created_at, ..role };
                Ok(())
            }
            RoleWrite::Remove { tenant, role } => {
                if self.placed(tenant, role).is_some() {
                    self.roles.remove(&role);
                    self.assignments.values_mut().for_each(|given| given.retain(|it| *it != role));
                }
                Ok(())
            }
            RoleWrite::Assign(Assignment { user, tenant, roles }) => {
                if roles.iter().any(|role| self.placed(tenant, *role).is_none()) {
                    return Err(CommitError::Stale);
                }
                self.assignments.insert((user, tenant), roles);
                Ok(())
            }
        }
    }

    fn placed(&self, tenant: Option<TenantId>, id: RoleId) -> Option<&Role> {
        self.roles.get(&id).filter(|role| role.tenant == tenant)
    }

    fn refuse_taken_name(&self, role: &Role) -> Result<(), CommitError> {
        let shares_name = |other: &&Role| other.tenant == role.tenant && folded(other) == folded(role);
        match self.roles.values().find(shares_name) {
            Some(owner) if owner.id != role.id => Err(CommitError::Duplicate(ROLE_NAME)),
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl Roles for MemoryStore {
    async fn roles(&self, tenant: Option<TenantId>) -> Result<Vec<Role>, PortError> {
        let roles = &self.state().auth.roles;
        let mut roles: Vec<Role> = roles.values().filter(|role| role.tenant == tenant).cloned().collect();
        roles.sort_by_key(folded);
        roles.truncate(Role::MOST);
        Ok(roles)
    }

    async fn rights(&self, user: UserId) -> Result<Option<Rights>, PortError> {
        let auth = &self.state().auth;
        let Some(account) = auth.users.get(&user) else { return Ok(None) };
        let given = auth.assignments.iter().filter(|((owner, _), _)| *owner == user);
        let roles = given.flat_map(|(_, roles)| roles).filter_map(|role| auth.roles.get(role).cloned());
        let (super_admin, status) = (account.super_admin, account.status);
        Ok(Some(Rights { super_admin, status, roles: roles.collect() }))
    }

    async fn assignments(&self, user: UserId) -> Result<Vec<Assignment>, PortError> {
        let assignments = &self.state().auth.assignments;
        let given = assignments.iter().filter(|((owner, _), roles)| *owner == user && !roles.is_empty());
        let assignment = |((_, tenant), roles): (&(UserId, Option<TenantId>), &Vec<RoleId>)| Assignment {
            user,
            tenant: *tenant,
            roles: roles.clone(),
        };
        Ok(given.map(assignment).collect())
    }

    async fn role(&self, tenant: Option<TenantId>, id: RoleId) -> Result<Option<Role>, PortError> {
        Ok(self.state().auth.placed(tenant, id).cloned())
    }
}
