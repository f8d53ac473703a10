use std::sync::Arc;
use std::time::Duration;

use saaskit_kernel::{Call, Principal, TenantId, Timestamp, UserId};

use crate::remembered::Entry;
use crate::{Membership, MembershipId, Role, Shortfall, Tenant, TenantsError};

/// How recently whoever gives a workspace away, or takes it, must have proved who they are.
pub(crate) const RECENT: Duration = Duration::from_mins(5);

/// Evidence that a user is in an active workspace. Only [`crate::Tenants::enter`] makes it; what needs the right
/// takes the evidence, and the workspace of a write comes from it.
#[derive(Debug, Clone)]
pub struct Member {
    entry: Arc<Entry>,
    proved_at: Timestamp,
}

/// Evidence that a member may change the workspace. Only [`Member::admin`] makes it.
#[derive(Debug, Clone, Copy)]
pub struct TenantAdmin {
    tenant: TenantId,
    user: UserId,
    role: Role,
    proved_at: Timestamp,
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
        call: &Call,
        by: &Principal,
        now: Timestamp,
    ) -> Result<Self, TenantsError> {
        let entry = entry.ok_or(TenantsError::NotFound)?;
        entry.0.may_be_used()?;
        entry.0.policy.check(by, call.ip, now).map_err(TenantsError::StepUpRequired)?;
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

    /// Evidence that the member may change the workspace.
    pub fn admin(&self) -> Result<TenantAdmin, TenantsError> {
        self.at_least(Role::Admin)?;
        let Membership { tenant, user, role, .. } = *self.membership();
        Ok(TenantAdmin { tenant, user, role, proved_at: self.proved_at })
    }

    /// Evidence that the member owns the workspace.
    pub fn owner(&self) -> Result<TenantOwner, TenantsError> {
        self.at_least(Role::Owner)?;
        Ok(TenantOwner { tenant: self.tenant().id, membership: self.membership().id })
    }

    fn at_least(&self, role: Role) -> Result<(), TenantsError> {
        if self.role() < role { Err(TenantsError::RoleTooLow) } else { Ok(()) }
    }
}

impl TenantAdmin {
    /// Refuses whoever did not prove lately who they are: making and unmaking owners could take a workspace away.
    pub(crate) fn require_recent(&self, now: Timestamp) -> Result<(), TenantsError> {
        if now.since(self.proved_at) <= RECENT {
            return Ok(());
        }
        Err(TenantsError::StepUpRequired(Shortfall::too_old(RECENT)))
    }

    /// The workspace it may change.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Who may.
    pub fn user(&self) -> UserId {
        self.user
    }

    /// What that member is: an admin or an owner.
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
