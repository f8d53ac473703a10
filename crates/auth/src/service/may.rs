use std::sync::Arc;

use saaskit_kernel::{Principal, Remembered, Timestamp, UserId};

use super::Auth;
use crate::access::{Catalogue, CompiledRights};
use crate::{AccessError, AuthError, News, Permission, Place, Settings, User, permissions};

/// What a check needs, as it was read a short while ago.
#[derive(Debug)]
pub(super) struct Access {
    pub(super) catalogue: Catalogue,
    /// What a user may do, in every place.
    rights: Remembered<UserId, Arc<CompiledRights>>,
}

/// Users that are remembered at most.
const USERS: usize = 65_536;

impl Access {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            catalogue: Catalogue::new(permissions::known().chain(settings.permissions.iter().cloned())),
            rights: Remembered::with_capacity(USERS),
        }
    }

    pub(super) fn hear(&self, news: News) {
        match news {
            News::RolesChanged(place) => self.rights.forget_all(|_, rights| rights.has_of(place)),
            News::AssignmentChanged(user) | News::UserEpoch(user, _) => self.rights.forget(&user),
            News::SessionEnded(_) | News::SessionChanged(_) => {}
        }
    }

    pub(super) fn sweep(&self, now: Timestamp) {
        self.rights.sweep(now);
    }
}

impl Auth {
    /// Refuses whoever may not do what the permission names there. Answered from memory while this node has heard
    /// lately what others did; what can't be found out is never a refusal.
    pub async fn may(&self, by: &Principal, place: Place, permission: &str) -> Result<(), AuthError> {
        if self.has(by.user, place, permission).await? {
            return Ok(());
        }
        Err(AccessError::PermissionMissing(permission.to_owned()).into())
    }

    /// Whether a permission counts in workspaces, and not in the installation.
    pub fn is_of_tenant(&self, permission: &str) -> bool {
        let catalogue = &self.access.catalogue;
        catalogue.number(permission).is_some_and(|number| catalogue.is_of_tenant(number))
    }

    /// Whether somebody who acts there may do what the permission names; answered as [`Self::may`] is.
    pub async fn has(&self, user: UserId, place: Place, permission: &str) -> Result<bool, AuthError> {
        let catalogue = &self.access.catalogue;
        let number = catalogue.number(permission).ok_or_else(|| unknown(permission))?;
        if place.held().any(|role| catalogue.is_in_system(role, number)) {
            return Ok(true);
        }
        Ok(self.rights_of(user).await?.allows(catalogue, place, number))
    }

    /// What a user may do anywhere: what is remembered, while memory can be believed; else what is read.
    async fn rights_of(&self, user: UserId) -> Result<Arc<CompiledRights>, AuthError> {
        let (now, memory) = (self.ports.source.now(), &self.access.rights);
        if self.ports.freshness.is_fresh(now)
            && let Some(rights) = memory.recall(&user, now)
        {
            return Ok(rights);
        }
        let begun = memory.begin(&user);
        let stored = self.ports.roles.rights(user).await?;
        let compile = |stored| CompiledRights::new(&self.access.catalogue, stored);
        let rights = Arc::new(stored.map(compile).unwrap_or_default());
        memory.keep(begun, user, rights.clone(), now);
        Ok(rights)
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
    /// What whoever asks may do in a place, as the store says it now.
    pub(super) async fn powers(&self, by: &Principal, place: Place) -> Result<Powers, AuthError> {
        self.powers_of(&self.me(by).await?, place).await
    }

    /// The same of an account that was just read, and is active.
    pub(super) async fn powers_of(&self, account: &User, place: Place) -> Result<Powers, AuthError> {
        if account.super_admin {
            return Ok(Powers(vec![Permission::everything()]));
        }
        let sheets = self.sheets_of(account.id, place).await?;
        Ok(Powers(sheets.into_iter().flat_map(|sheet| sheet.permissions).collect()))
    }
}
