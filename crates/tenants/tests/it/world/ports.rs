use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use async_trait::async_trait;
use saaskit_conformance::fixtures::email;
use saaskit_kernel::{
    Commit, CommitError, Listener, Page, Paged, PortError, Signal, Store, TenantId, UserId,
};
use saaskit_memory::MemoryStore;
use saaskit_tenants::port::{People, Person, Workspaces};
use saaskit_tenants::{Membership, Tenant};

/// The memory store, where others may be faster.
#[derive(Debug)]
pub(super) struct BusyStore {
    memory: Arc<MemoryStore>,
    faster: Mutex<VecDeque<Commit>>,
}

impl BusyStore {
    pub(super) fn new(memory: Arc<MemoryStore>) -> Self {
        Self { memory, faster: Mutex::default() }
    }

    pub(super) fn beaten_by(&self, commit: Commit) {
        self.faster.lock().unwrap().push_back(commit);
    }
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

/// The memory store, its reads counted; a signal may be heard while one is under way.
#[derive(Debug)]
pub(crate) struct WatchedWorkspaces {
    memory: Arc<MemoryStore>,
    entries: AtomicUsize,
    listener: OnceLock<Arc<dyn Listener>>,
    meanwhile: Mutex<Option<Signal>>,
}

impl WatchedWorkspaces {
    pub(super) fn new(memory: Arc<MemoryStore>) -> Self {
        let entries = AtomicUsize::default();
        Self { memory, entries, listener: OnceLock::new(), meanwhile: Mutex::default() }
    }

    pub(super) fn told_to(&self, listener: Arc<dyn Listener>) {
        self.listener.set(listener).unwrap();
    }

    /// This is heard after the next entry was read and before it is given.
    pub(crate) fn meanwhile(&self, signal: Signal) {
        *self.meanwhile.lock().unwrap() = Some(signal);
    }

    /// How many entries were read since this was asked last.
    pub(crate) fn reads(&self) -> usize {
        self.entries.swap(0, Ordering::SeqCst)
    }
}

#[async_trait]
impl Workspaces for WatchedWorkspaces {
    async fn entry(&self, tenant: TenantId, user: UserId) -> Result<Option<(Tenant, Membership)>, PortError> {
        self.entries.fetch_add(1, Ordering::SeqCst);
        let entry = self.memory.entry(tenant, user).await;
        if let Some(signal) = self.meanwhile.lock().unwrap().take() {
            self.listener.get().unwrap().hear(&signal);
        }
        entry
    }

    async fn tenant(&self, tenant: TenantId) -> Result<Option<Tenant>, PortError> {
        Workspaces::tenant(&*self.memory, tenant).await
    }

    async fn of_user(
        &self,
        user: UserId,
        page: Page<TenantId>,
    ) -> Result<Paged<(Tenant, Membership)>, PortError> {
        self.memory.of_user(user, page).await
    }
}

/// Knows everybody by an address made of the id.
#[derive(Debug)]
pub(super) struct Directory;

#[async_trait]
impl People for Directory {
    async fn people(&self, users: &[UserId]) -> Result<Vec<Person>, PortError> {
        let person = |id: &UserId| Person { id: *id, email: email(&id.to_string()), name: None };
        Ok(users.iter().rev().map(person).collect())
    }
}
