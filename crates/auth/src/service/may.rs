use std::sync::Arc;

use saaskit_kernel::{Principal, Remembered, TenantId, Timestamp, UserId};

use super::Auth;
use crate::access::{Catalogue, Given, RoleTable};
use crate::{
    AccessError, AuthError, News, Permission, Place, ProofError, Settings, SystemRole, UserStatus,
    permissions,
};

/// What a check needs, as it was read a short while ago.
#[derive(Debug)]
pub(super) struct Access {
    pub(super) catalogue: Catalogue,
    /// What the roles of a workspace, or of the installation, allow.
    tables: Remembered<Option<TenantId>, Arc<RoleTable>>,
    /// What a user was given.
    given: Remembered<UserId, Arc<Given>>,
    /// Whether a user operates the installation.
    operators: Remembered<UserId, bool>,
}

/// Places and users that are remembered at most.
const PLACES: usize = 4_096;
const USERS: usize = 65_536;

impl Access {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            catalogue: Catalogue::new(permissions::known().chain(settings.permissions.iter().cloned())),
            tables: Remembered::with_capacity(PLACES),
            given: Remembered::with_capacity(USERS),
            operators: Remembered::with_capacity(USERS),
        }
    }

    pub(super) fn hear(&self, news: News) {
        match news {
            News::RolesChanged(place) => self.tables.forget(&place),
            News::AssignmentChanged(user) => self.given.forget(&user),
            News::UserEpoch(user, _) => self.operators.forget(&user),
            News::SessionEnded(_) | News::SessionChanged(_) => {}
        }
    }

    pub(super) fn sweep(&self, now: Timestamp) {
        self.tables.sweep(now);
        self.given.sweep(now);
        self.operators.sweep(now);
    }
}

impl Auth {
    /// Refuses whoever may not do what the permission names there. Answered from memory while this node has heard
    /// lately what others did; what can't be found out is never a refusal.
    pub async fn may(&self, by: &Principal, place: Place, permission: &str) -> Result<(), AuthError> {
        if self.is_allowed(by.user, place, permission).await? {
            return Ok(());
        }
        Err(AccessError::PermissionMissing(permission.to_owned()).into())
    }

    /// Whether a permission counts in workspaces, and not in the installation.
    pub fn is_of_tenant(&self, permission: &str) -> bool {
        let catalogue = &self.access.catalogue;
        catalogue.number(permission).is_some_and(|number| catalogue.is_of_tenant(number))
    }

    async fn is_allowed(&self, user: UserId, place: Place, permission: &str) -> Result<bool, AuthError> {
        let catalogue = &self.access.catalogue;
        let number = catalogue.number(permission).ok_or_else(|| unknown(permission))?;
        let in_system = |role: SystemRole| catalogue.is_in_system(role, number);
        if place.held().any(in_system) {
            return Ok(true);
        }
        let given = self.given(user).await?;
        if given.system_roles().any(in_system) {
            return Ok(true);
        }
        for tenant in place.within() {
            let roles = given.of(tenant);
            if !roles.is_empty() && self.table(tenant).await?.allow(roles, number) {
                return Ok(true);
            }
        }
        self.is_operator(user).await
    }

    async fn given(&self, user: UserId) -> Result<Arc<Given>, AuthError> {
        let read = async { Ok(Arc::new(Given::new(self.ports.roles.assignments(user).await?))) };
        self.recall_or(&self.access.given, user, read).await
    }

    async fn table(&self, tenant: Option<TenantId>) -> Result<Arc<RoleTable>, AuthError> {
        let read = async {
            let roles = self.ports.roles.roles(tenant).await?;
            Ok(Arc::new(RoleTable::new(&self.access.catalogue, &roles)))
        };
        self.recall_or(&self.access.tables, tenant, read).await
    }

    async fn is_operator(&self, user: UserId) -> Result<bool, AuthError> {
        let read = async {
            let user = self.ports.users.user(user).await?;
            Ok(user.is_some_and(|user| user.super_admin && user.status == UserStatus::Active))
        };
        self.recall_or(&self.access.operators, user, read).await
    }

    /// What is remembered, while memory can be believed; else what is read.
    async fn recall_or<K, V>(
        &self,
        memory: &Remembered<K, V>,
        key: K,
        read: impl Future<Output = Result<V, AuthError>> + Send,
    ) -> Result<V, AuthError>
    where
        K: std::hash::Hash + Eq + Send + Sync,
        V: Clone + Send + Sync,
    {
        let now = self.ports.source.now();
        if self.ports.freshness.is_fresh(now)
            && let Some(value) = memory.recall(&key, now)
        {
            return Ok(value);
        }
        let begun = memory.begin(&key);
        let value = read.await?;
        memory.keep(begun, key, value.clone(), now);
        Ok(value)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{0} is asked for and not in the catalogue")]
struct Unknown(String);

/// A route asks for what nobody can have: a bug.
fn unknown(permission: &str) -> AuthError {
    AuthError::Internal(Box::new(Unknown(permission.to_owned())))
}

/// Everything whoever acts in a place may do there: read anew, for whoever gives or takes.
#[derive(Debug)]
pub(super) struct Powers(Vec<Permission>);

impl Powers {
    /// Whether it may be asked for.
    pub(super) fn require(&self, permission: &str) -> Result<(), AuthError> {
        let asked = Permission::parse(permission).map_err(|_| unknown(permission))?;
        let has = self.0.iter().any(|own| own.covers(&asked));
        has.then_some(()).ok_or_else(|| AccessError::PermissionMissing(asked.to_string()).into())
    }

    /// Refuses to give or take what is beyond them: each must be covered by one of them.
    pub(super) fn reach<'a>(
        &self,
        permissions: impl IntoIterator<Item = &'a Permission>,
    ) -> Result<(), AuthError> {
        let mut permissions = permissions.into_iter();
        let beyond = permissions.find(|permission| !self.0.iter().any(|own| own.covers(permission)));
        beyond.map_or(Ok(()), |beyond| Err(AccessError::BeyondOwn(beyond.to_string()).into()))
    }
}

impl Auth {
    /// What a user may do in a place, as the store says it now.
    pub(super) async fn powers(&self, user: UserId, place: Place) -> Result<Powers, AuthError> {
        let account = self.ports.users.user(user).await?.filter(|user| user.status == UserStatus::Active);
        let account = account.ok_or(ProofError::Unauthenticated)?;
        if account.super_admin {
            return Ok(Powers(vec![Permission::everything()]));
        }
        let sheets = self.sheets_of(user, place).await?;
        Ok(Powers(sheets.into_iter().flat_map(|sheet| sheet.permissions).collect()))
    }
}
