use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use saaskit_conformance::fixtures;
use saaskit_kernel::{
    Actor, Call, Commit, CommitError, Fault, PortError, Principal, RequestId, Source, Store, Subscriptions,
    UserId, WorkQueue, WorkState,
};
use saaskit_memory::MemoryStore;
use saaskit_tenants::port::Workspaces;
use saaskit_tenants::write::{MembershipWrite, TenantWrite, TenantsWrite};
use saaskit_tenants::{
    Membership, NewTenant, Ports, Role, Tenant, TenantAdmin, TenantStatus, Tenants, TenantsError,
};

/// One installation, its clock standing.
pub(crate) struct World {
    pub(crate) tenants: Tenants,
    pub(crate) memory: Arc<MemoryStore>,
    pub(crate) source: Source,
    busy: Arc<BusyStore>,
}

impl World {
    pub(crate) fn new() -> Self {
        let source = fixtures::source();
        let memory = Arc::new(MemoryStore::new(Subscriptions::default()));
        let busy = Arc::new(BusyStore { memory: memory.clone(), faster: Mutex::default() });
        let ports = Ports { store: busy.clone(), workspaces: memory.clone(), source: source.clone() };
        Self { tenants: Tenants::new(ports), memory, source, busy }
    }

    /// Somebody who is signed in.
    pub(crate) fn somebody(&self) -> Principal {
        Principal { user: self.source.id(), session: self.source.id(), authenticated_at: self.source.now() }
    }

    pub(crate) fn call(&self, by: &Principal) -> Call {
        let request = RequestId::fresh(&self.source);
        Call { actor: Actor::User(by.user, by.session), request, ip: None, agent: None }
    }

    /// A workspace of that owner.
    pub(crate) async fn tenant(&self, owner: &Principal, slug: &str) -> Tenant {
        self.tenants.create(&self.call(owner), owner, new(slug)).await.unwrap().0
    }

    /// Evidence that its owner may change a workspace.
    pub(crate) async fn admin(&self, of: &Tenant, owner: &Principal) -> TenantAdmin {
        self.tenants.enter(owner, of.id).await.unwrap().admin().unwrap()
    }

    /// Puts a user into a workspace, as use cases that are not under test would.
    pub(crate) async fn join(&self, tenant: &Tenant, user: UserId, role: Role) {
        let owner = Membership::of_owner(self.source.id(), tenant.id, user, self.source.now());
        let write = TenantsWrite::Membership(MembershipWrite::Insert(Membership { role, ..owner }));
        self.memory.commit(Commit::new().write(write)).await.unwrap();
    }

    pub(crate) async fn stored(&self, tenant: &Tenant) -> Tenant {
        Workspaces::tenant(&*self.memory, tenant.id).await.unwrap().unwrap()
    }

    /// Gives a workspace another status, as an operator would.
    pub(crate) async fn turn(&self, tenant: &Tenant, status: TenantStatus) {
        let changed = Tenant { status, ..self.stored(tenant).await };
        self.memory.commit(saving(changed)).await.unwrap();
    }

    /// Somebody else commits this just before the next commit; called again, just before the one after.
    pub(crate) fn somebody_is_faster(&self, with: Commit) {
        self.busy.faster.lock().unwrap().push_back(with);
    }

    /// Ends a test: no work is left over.
    pub(crate) async fn finish(self) {
        assert_eq!(
            WorkQueue::state(&*self.memory, self.source.now()).await.unwrap(),
            WorkState::default(),
            "work is left over"
        );
    }
}

/// What a workspace of that slug is made from.
pub(crate) fn new(slug: &str) -> NewTenant {
    NewTenant { name: "Acme".to_owned(), slug: slug.to_owned() }
}

/// The commit that saves a workspace.
pub(crate) fn saving(tenant: Tenant) -> Commit {
    Commit::new().write(TenantsWrite::Tenant(TenantWrite::Save(tenant)))
}

/// The stable name of what was refused.
pub(crate) fn refused<T: std::fmt::Debug>(answer: Result<T, TenantsError>) -> &'static str {
    answer.unwrap_err().code().name()
}

/// The fields of a refusal, with what is wrong with them.
pub(crate) fn faults<T: std::fmt::Debug>(
    answer: Result<T, TenantsError>,
) -> Vec<(&'static str, &'static str)> {
    answer.unwrap_err().fields().into_iter().map(|(field, fault)| (field, fault.code().name())).collect()
}

/// The memory store, where others may be faster.
#[derive(Debug)]
struct BusyStore {
    memory: Arc<MemoryStore>,
    faster: Mutex<VecDeque<Commit>>,
}

#[async_trait]
impl Store for BusyStore {
    async fn commit(&self, commit: Commit) -> Result<(), CommitError> {
        tokio::task::yield_now().await;
        let faster = self.faster.lock().unwrap().pop_front();
        if let Some(faster) = faster {
            self.memory.commit(faster).await.unwrap();
        }
        self.memory.commit(commit).await
    }

    async fn ping(&self) -> Result<(), PortError> {
        self.memory.ping().await
    }
}
