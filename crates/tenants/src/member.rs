use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use saaskit_kernel::{Principal, TenantId, Timestamp, UserId};

use crate::permissions::{Right, WriteWorkspace};
use crate::remembered::Entry;
use crate::{Membership, MembershipId, Role, Shortfall, Tenant, TenantsError, Visit};

/// How recently whoever gives a workspace away, or takes it, must have proved who they are.
pub(crate) const RECENT: Duration = Duration::from_mins(5);

/// Evidence that a user is in an active workspace. Only [`crate::Tenants::enter`] makes it; what needs the right
/// takes the evidence, and the workspace of a write comes from it.
#[derive(Debug, Clone)]
pub struct Member {
    entry: Arc<Entry>,
    proved_at: Timestamp,
}

/// Evidence that a member has a right in the workspace: to change it, where no other is named. Only
/// [`Member::allowed`] and [`crate::Tenants::allow`] make it.
#[derive(Debug, Clone, Copy)]
pub struct Allowed<R = WriteWorkspace> {
    tenant: TenantId,
    user: UserId,
    role: Role,
    proved_at: Timestamp,
    right: PhantomData<R>,
}

/// Evidence that a member owns the workspace. Only [`Member::owner`] makes it.
#[derive(Debug, Clone, Copy)]
pub struct TenantOwner {
    tenant: TenantId,
    membership: MembershipId,
}

impl Member {
    /// From what a user is in a workspace; a suspended one lets nobody in, a deleted one is not there, and one
    /// with a policy lets in who meets it.
    pub(crate) fn check(
        entry: Option<Arc<Entry>>,
        by: &Principal,
        visit: Visit<'_>,
    ) -> Result<Self, TenantsError> {
        let entry = entry.ok_or(TenantsError::NotFound)?;
        entry.0.may_be_used()?;
        entry.0.policy.check(by, visit).map_err(TenantsError::StepUpRequired)?;
        Ok(Self { entry, proved_at: by.authenticated_at })
    }

    /// The workspace.
    pub fn tenant(&self) -> &Tenant {
        &self.entry.0
    }

    /// What the user is there.
    pub fn membership(&self) -> &Membership {
        &self.entry.1
    }

    /// What the user may do there.
    pub fn role(&self) -> Role {
        self.membership().role
    }

    /// Evidence that the member has a right by the role alone; [`crate::Tenants::allow`] knows what was given besides.
    pub fn allowed<R: Right>(&self) -> Result<Allowed<R>, TenantsError> {
        if self.role() < R::LEAST {
            return Err(TenantsError::PermissionMissing(R::PERMISSION));
        }
        Ok(self.trusted())
    }

    /// The same for whoever is known to have the right.
    pub(crate) fn trusted<R: Right>(&self) -> Allowed<R> {
        let Membership { tenant, user, role, .. } = *self.membership();
        Allowed { tenant, user, role, proved_at: self.proved_at, right: PhantomData }
    }

    /// Evidence that the member owns the workspace.
    pub fn owner(&self) -> Result<TenantOwner, TenantsError> {
        if self.role() < Role::Owner {
            return Err(TenantsError::RoleTooLow);
        }
        Ok(TenantOwner { tenant: self.tenant().id, membership: self.membership().id })
    }
}

impl<R> Allowed<R> {
    /// Refuses whoever did not prove lately who they are: making and unmaking owners could take a workspace away.
    pub(crate) fn require_recent(&self, now: Timestamp) -> Result<(), TenantsError> {
        if now.since(self.proved_at) <= RECENT {
            return Ok(());
        }
        Err(TenantsError::StepUpRequired(Shortfall::too_old(RECENT)))
    }

    /// The workspace it counts in.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Who may.
    pub fn user(&self) -> UserId {
        self.user
    }

    /// What that member is: nobody gives or takes what is above it.
    pub fn role(&self) -> Role {
        self.role
    }
}

impl TenantOwner {
    /// The workspace it owns.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Which of its memberships that is.
    pub fn membership(&self) -> MembershipId {
        self.membership
    }
}
