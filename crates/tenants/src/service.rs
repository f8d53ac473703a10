mod accept_ownership;
mod account;
mod allow;
mod change_role;
mod create;
mod enter;
mod keep;
mod leave;
mod list;
mod members;
mod offer_ownership;
mod remove_member;
mod set_policy;
mod update;
mod withdraw_ownership;

use std::sync::Arc;

use saaskit_kernel::{Commit, Event, Freshness, Listener, Source, Store, TenantId, Version};
use serde_json::Value;

pub use create::NewTenant;
pub use members::Seats;
pub use update::TenantChange;

use crate::port::{Grants, Members, Memberships, People, Workspaces};
use crate::remembered::Remembered;
use crate::{MemberError, Membership, MembershipId, Tenant, TenantsError};

/// How often a use case starts again when someone else was faster.
const TRIES: u32 = 8;

/// Everything tenants does: one method a use case. Cheap to clone; clones share what they remember.
#[derive(Debug, Clone)]
pub struct Tenants {
    ports: Arc<Ports>,
    remembered: Arc<Remembered>,
    grants: Option<Arc<dyn Grants>>,
}

/// The world tenants lives in.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each field is the port of its type")]
pub struct Ports {
    pub store: Arc<dyn Store>,
    pub workspaces: Arc<dyn Workspaces>,
    pub members: Arc<dyn Members>,
    pub memberships: Arc<dyn Memberships>,
    pub people: Arc<dyn People>,
    /// Whether what is remembered may be believed: shared with the follower that [`Tenants::listener`] is given to.
    pub freshness: Freshness,
    pub source: Source,
}

impl Tenants {
    /// Tenants in that world.
    pub fn new(ports: Ports) -> Self {
        Self { ports: Arc::new(ports), remembered: Arc::default(), grants: None }
    }

    /// The same, where members may do what they were given, too. Whoever gives roles needs tenants first: hence not
    /// one of the ports.
    #[must_use]
    pub fn with_grants(self, grants: Arc<dyn Grants>) -> Self {
        Self { grants: Some(grants), ..self }
    }

    /// What must hear the signals of other nodes.
    pub fn listener(&self) -> Arc<dyn Listener> {
        self.remembered.clone()
    }

    /// Commits, and forgets here at once what the commit made untrue: other nodes hear of it.
    async fn commit(&self, commit: Commit) -> Result<(), TenantsError> {
        let told = commit.signals().to_vec();
        let committed = self.ports.store.commit(commit).await;
        for signal in &told {
            self.remembered.hear(signal);
        }
        Ok(committed?)
    }

    /// A workspace that may be changed, as it is stored.
    async fn usable(&self, tenant: TenantId) -> Result<Tenant, TenantsError> {
        let tenant = self.ports.workspaces.tenant(tenant).await?.ok_or(TenantsError::NotFound)?;
        tenant.may_be_used()?;
        Ok(tenant)
    }

    /// A membership that holds, as it is stored.
    async fn held(&self, tenant: TenantId, id: MembershipId) -> Result<Membership, TenantsError> {
        let membership = self.listed(tenant, id).await?;
        if membership.is_active() { Ok(membership) } else { Err(MemberError::Ended.into()) }
    }

    /// A membership that holds or comes back with the account, as it is stored.
    async fn listed(&self, tenant: TenantId, id: MembershipId) -> Result<Membership, TenantsError> {
        let membership = self.ports.members.membership(tenant, id).await?;
        Ok(membership.filter(Membership::holds_or_may_return).ok_or(MemberError::NotFound)?)
    }

    /// Refuses a change that is meant for another version than the stored one.
    fn require(version: Option<Version>, stored: Version) -> Result<(), TenantsError> {
        if version.is_none_or(|version| version == stored) { Ok(()) } else { Err(TenantsError::Changed) }
    }

    fn event(&self, name: &'static str, tenant: TenantId, payload: Value) -> Event {
        let source = &self.ports.source;
        Event { id: source.id(), name, tenant: Some(tenant), at: source.now(), payload }
    }
}

fn is_contended(error: &TenantsError) -> bool {
    matches!(error, TenantsError::Contended)
}
