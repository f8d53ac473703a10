mod ports;

use std::sync::Arc;

use saaskit_conformance::fixtures::{FixedClock, source_at};
use saaskit_kernel::{
    Actor, Call, Commit, Fault, Follower, Freshness, Principal, RequestId, Source, Store, Subscriptions,
    UserId, WorkQueue, WorkState,
};
use saaskit_memory::MemoryStore;
use saaskit_tenants::permissions::Right;
use saaskit_tenants::port::{Members, Workspaces};
use saaskit_tenants::write::{MembershipWrite, OwnerCount, TenantWrite, TenantsWrite};
use saaskit_tenants::{
    Allowed, Member, Membership, MembershipId, NewTenant, Ports, Role, Tenant, TenantOwner, TenantStatus,
    Tenants, TenantsError,
};

use ports::{BusyStore, Directory, WatchedWorkspaces};

/// One installation, its clock standing.
pub(crate) struct World {
    pub(crate) tenants: Tenants,
    pub(crate) memory: Arc<MemoryStore>,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) source: Source,
    pub(crate) watched: Arc<WatchedWorkspaces>,
    follower: Follower,
    busy: Arc<BusyStore>,
}

impl World {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(FixedClock::default());
        let memory = Arc::new(MemoryStore::new(Subscriptions::default()));
        Self::node_of(memory, clock.clone(), source_at(clock))
    }

    /// Another node of the same installation.
    pub(crate) fn node(&self) -> Self {
        Self::node_of(self.memory.clone(), self.clock.clone(), self.source.clone())
    }

    fn node_of(memory: Arc<MemoryStore>, clock: Arc<FixedClock>, source: Source) -> Self {
        let busy = Arc::new(BusyStore::new(memory.clone()));
        let watched = Arc::new(WatchedWorkspaces::new(memory.clone()));
        let freshness = Freshness::default();
        let tenants = Tenants::new(Ports {
            store: busy.clone(),
            workspaces: watched.clone(),
            members: memory.clone(),
            memberships: memory.clone(),
            people: Arc::new(Directory),
            freshness: freshness.clone(),
            source: source.clone(),
        });
        watched.told_to(tenants.listener());
        let follower = Follower::new(memory.clone(), [tenants.listener()], source.clone(), freshness);
        Self { tenants, memory, clock, source, watched, follower, busy }
    }

    /// Hears what was done on every node.
    pub(crate) async fn follow(&self) {
        self.follower.follow().await.unwrap();
    }

    /// Somebody who is signed in.
    pub(crate) fn somebody(&self) -> Principal {
        Principal::new(self.source.id(), self.source.id(), self.source.now())
    }

    pub(crate) fn call(&self, by: &Principal) -> Call {
        let request = RequestId::fresh(&self.source);
        Call { actor: Actor::User(by.user, by.session), request, ip: None, agent: None, claim: None }
    }

    /// A workspace of that owner.
    pub(crate) async fn tenant(&self, owner: &Principal, slug: &str) -> Tenant {
        self.tenants.create(&self.call(owner), owner, new(slug)).await.unwrap().0
    }

    pub(crate) async fn enter(
        &self,
        by: &Principal,
        tenant: saaskit_kernel::TenantId,
    ) -> Result<Member, TenantsError> {
        self.tenants.enter(&self.call(by), by, tenant).await
    }

    /// Evidence that somebody has a right in a workspace, by the role.
    pub(crate) async fn admin<R: Right>(&self, of: &Tenant, by: &Principal) -> Allowed<R> {
        self.enter(by, of.id).await.unwrap().allowed().unwrap()
    }

    /// Evidence that somebody owns a workspace.
    pub(crate) async fn owner(&self, of: &Tenant, by: &Principal) -> TenantOwner {
        self.enter(by, of.id).await.unwrap().owner().unwrap()
    }

    /// Puts a user into a workspace, as use cases that are not under test would.
    pub(crate) async fn join(&self, tenant: &Tenant, user: UserId, role: Role) -> MembershipId {
        let owner = Membership::of_owner(self.source.id(), tenant.id, user, self.source.now());
        let id = owner.id;
        let write = TenantsWrite::from(MembershipWrite::Insert(Membership { role, ..owner }));
        let mut commit = Commit::new().write(write);
        if role == Role::Owner {
            let count = TenantWrite::Owners(tenant.id, OwnerCount::More);
            commit = commit.write(TenantsWrite::from(count));
        }
        self.memory.commit(commit).await.unwrap();
        id
    }

    /// Somebody new in a workspace.
    pub(crate) async fn joined(&self, tenant: &Tenant, role: Role) -> (Principal, MembershipId) {
        let by = self.somebody();
        let id = self.join(tenant, by.user, role).await;
        (by, id)
    }

    /// What the store says of a membership.
    pub(crate) async fn membership(&self, tenant: &Tenant, id: MembershipId) -> Membership {
        Members::membership(&*self.memory, tenant.id, id).await.unwrap().unwrap()
    }

    /// The membership by which somebody is in a workspace.
    pub(crate) async fn id_of(&self, tenant: &Tenant, by: &Principal) -> MembershipId {
        self.memory.entry(tenant.id, by.user).await.unwrap().unwrap().1.id
    }

    /// The name of the newest event and of the newest line of the audit log.
    pub(crate) fn told(&self) -> (&'static str, &'static str) {
        let event = self.memory.events().into_iter().max_by_key(|event| event.id).unwrap();
        (event.name, self.memory.audit().last().unwrap().action.name)
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
        self.busy.beaten_by(with);
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
