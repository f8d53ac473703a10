use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use saaskit_auth::write::AuthWrite;
use saaskit_kernel::{
    AuditEntry, ClaimWrite, Commit, CommitError, ErrorKind, Event, EventId, Misuse, PortError, Prepared,
    Store, Subscriptions, Target, Write,
};
use saaskit_notify::write::NotifyWrite;
use saaskit_tenants::write::TenantsWrite;
use serde_json::Value;

use crate::auth::AuthState;
use crate::claim::Claimed;
use crate::notify::NotifyState;
use crate::signal::Told;
use crate::tenants::TenantsState;
use crate::work::Work;

/// An embedder's own rows, by what wrote them.
pub type ForeignRows = BTreeMap<Target, Value>;

/// Applies an embedder's own writes, in the transaction of the commit they came with.
pub trait ForeignWrites: Debug + Send + Sync + 'static {
    /// Whether it knows the write.
    fn handles(&self, write: &Write) -> bool;

    /// Applies it. After an error nothing of the commit is kept.
    fn apply(&self, write: &Write, rows: &mut ForeignRows) -> Result<(), CommitError>;
}

/// Every store port, in memory. A commit changes a copy of everything and puts it in place if all went well.
#[derive(Debug)]
pub struct MemoryStore {
    state: Mutex<State>,
    subscriptions: Subscriptions,
    foreign: Vec<Arc<dyn ForeignWrites>>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct State {
    pub(crate) auth: AuthState,
    pub(crate) tenants: TenantsState,
    pub(crate) notify: NotifyState,
    pub(crate) work: Work,
    pub(crate) claims: Claimed,
    pub(crate) signals: Told,
    foreign: ForeignRows,
    events: BTreeMap<EventId, Event>,
    audit: Vec<AuditEntry>,
}

impl MemoryStore {
    /// An empty one with these listeners.
    pub fn new(subscriptions: Subscriptions) -> Self {
        Self { state: Mutex::default(), subscriptions, foreign: Vec::new() }
    }

    /// The same, with a handler of an embedder's writes.
    #[must_use]
    pub fn handling(mut self, foreign: impl ForeignWrites) -> Self {
        self.foreign.push(Arc::new(foreign));
        self
    }

    /// The embedder's rows.
    pub fn foreign_rows(&self) -> ForeignRows {
        self.state().foreign.clone()
    }

    /// Every event that was told, by id.
    pub fn events(&self) -> Vec<Event> {
        self.state().events.values().cloned().collect()
    }

    /// The audit log, in the order of the commits.
    pub fn audit(&self) -> Vec<AuditEntry> {
        self.state().audit.clone()
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known<'a>(&'a self, write: &'a Write) -> Result<Known<'a>, Misuse> {
        if let Some(write) = write.of::<ClaimWrite>() {
            Ok(Known::Claim(write))
        } else if let Some(write) = write.of::<AuthWrite>() {
            Ok(Known::Auth(write))
        } else if let Some(write) = write.of::<TenantsWrite>() {
            Ok(Known::Tenants(write))
        } else if let Some(write) = write.of::<NotifyWrite>() {
            Ok(Known::Notify(write))
        } else if let Some(handler) = self.foreign.iter().find(|handler| handler.handles(write)) {
            Ok(Known::Foreign(handler.as_ref(), write))
        } else {
            Err(Misuse::Unhandled)
        }
    }
}

/// A write, and who applies it.
#[derive(Clone, Copy)]
enum Known<'a> {
    Claim(&'a ClaimWrite),
    Auth(&'a AuthWrite),
    Tenants(&'a TenantsWrite),
    Notify(&'a NotifyWrite),
    Foreign(&'a dyn ForeignWrites, &'a Write),
}

#[async_trait]
impl Store for MemoryStore {
    async fn commit(&self, commit: Commit) -> Result<(), CommitError> {
        let Prepared { writes, events, jobs, audit, signals, finish, .. } =
            commit.prepare(&self.subscriptions)?;
        let known = writes.iter().map(|write| self.known(write)).collect::<Result<Vec<_>, _>>()?;
        let mut state = self.state();
        let mut next = state.clone();
        if let Some(lease) = finish {
            next.work.finish(lease)?;
        }
        for write in known {
            next.apply(write)?;
        }
        for job in jobs {
            next.work.add(job)?;
        }
        for event in events {
            insert_new(&mut next.events, event.id, event).map_err(|_known| bug("an event of a known id"))?;
        }
        next.audit.extend(audit);
        for signal in signals {
            next.signals.add(signal);
        }
        *state = next;
        Ok(())
    }

    async fn ping(&self) -> Result<(), PortError> {
        Ok(())
    }
}

impl State {
    fn apply(&mut self, write: Known<'_>) -> Result<(), CommitError> {
        match write {
            Known::Claim(write) => self.claims.apply(write.clone()),
            Known::Auth(write) => self.auth.apply(write.clone()),
            Known::Tenants(write) => self.tenants.apply(write.clone()),
            Known::Notify(write) => self.notify.apply(write.clone()),
            Known::Foreign(handler, write) => handler.apply(write, &mut self.foreign),
        }
    }
}

/// Inserts what was never there: an id that is known already is `Stale`.
pub(crate) fn insert_new<K: Ord, V>(rows: &mut BTreeMap<K, V>, key: K, row: V) -> Result<(), CommitError> {
    match rows.entry(key) {
        Entry::Vacant(place) => {
            place.insert(row);
            Ok(())
        }
        Entry::Occupied(_) => Err(CommitError::Stale),
    }
}

/// A commit that only a bug could have made.
pub(crate) fn bug(what: &'static str) -> CommitError {
    PortError::new(ErrorKind::Unexpected, "memory").because(what).into()
}
