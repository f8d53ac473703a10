use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use saaskit_auth::port::{AttemptCounters, Keys, RefreshTokens, Roles, Sessions, Tokens, UserFilter, Users};
use saaskit_auth::{
    Assignment, AttemptKey, Attempts, OneTimeToken, Presented, Rights, Role, RoleId, Session, SigningKey,
    User,
};
use saaskit_kernel::{
    Commit, CommitError, Email, ErrorKind, Page, Paged, PortError, Sealed, SessionId, Store, TenantId,
    Timestamp, TokenHash, UserId,
};
use saaskit_memory::MemoryStore;

use super::trace::Trace;

/// The memory store, with every question noted, room for others to be faster, and faults on demand.
#[derive(Debug)]
pub(crate) struct Recorder {
    memory: Arc<MemoryStore>,
    trace: Trace,
    faster: Mutex<VecDeque<Commit>>,
    faults: Mutex<VecDeque<Option<CommitError>>>,
    printed: Mutex<Vec<String>>,
    statements: AtomicUsize,
    roles_lost: AtomicBool,
}

impl Recorder {
    pub(crate) fn new(memory: Arc<MemoryStore>, trace: Trace) -> Self {
        Self {
            memory,
            trace,
            faster: Mutex::default(),
            faults: Mutex::default(),
            printed: Mutex::default(),
            statements: AtomicUsize::default(),
            roles_lost: AtomicBool::default(),
        }
    }

    /// Somebody else commits this just before the next commit; called again, just before the one after.
    pub(crate) fn somebody_is_faster(&self, with: Commit) {
        self.faster.lock().unwrap().push_back(with);
    }

    /// The next commit fails so and leaves no trace.
    pub(crate) fn fail_next(&self, with: CommitError) {
        self.fail_after(0, with);
    }

    /// So many commits go well; the one after fails so and leaves no trace.
    pub(crate) fn fail_after(&self, commits: usize, with: CommitError) {
        let mut faults = self.faults.lock().unwrap();
        faults.extend((0..commits).map(|_| None));
        faults.push_back(Some(with));
    }

    /// Whether roles can't be read from now on.
    pub(crate) fn lose_roles(&self, lost: bool) {
        self.roles_lost.store(lost, Ordering::Release);
    }

    async fn asked_roles(&self, what: &str) -> Result<(), PortError> {
        self.asked(what).await;
        let lost = self.roles_lost.load(Ordering::Acquire);
        if lost { Err(PortError::new(ErrorKind::Unavailable, "roles")) } else { Ok(()) }
    }

    /// How many statements the commits cost a store since this was asked last.
    pub(crate) fn statements(&self) -> usize {
        self.statements.swap(0, Ordering::AcqRel)
    }

    /// The debug print of every commit so far.
    pub(crate) fn printed(&self) -> String {
        self.printed.lock().unwrap().join("\n")
    }

    async fn asked(&self, what: &str) {
        self.trace.note(what);
        tokio::task::yield_now().await;
    }
}

/// One a write, and one for all of each other kind.
fn statements(commit: &Commit) -> usize {
    let others = [
        commit.jobs().is_empty(),
        commit.events().is_empty(),
        commit.audit().is_empty(),
        commit.signals().is_empty(),
    ];
    commit.writes().len() + others.iter().filter(|none| !**none).count()
}

/// What of a commit an onlooker could count or measure.
fn shape(commit: &Commit) -> String {
    let writes: Vec<_> = commit.writes().iter().map(|write| write.target().aggregate).collect();
    let jobs: Vec<_> =
        commit.jobs().iter().map(|job| (&job.kind, job.tenant, job.payload.to_string().len())).collect();
    let events: Vec<_> = commit.events().iter().map(|event| event.name).collect();
    let audit: Vec<_> =
        commit.audit().iter().map(|entry| (entry.action.name, entry.outcome.as_str())).collect();
    format!("commit writes={writes:?} jobs={jobs:?} events={events:?} audit={audit:?}")
}

#[async_trait]
impl Store for Recorder {
    async fn commit(&self, commit: Commit) -> Result<(), CommitError> {
        self.asked(&shape(&commit)).await;
        self.statements.fetch_add(statements(&commit), Ordering::AcqRel);
        self.printed.lock().unwrap().push(format!("{commit:?}"));
        let fault = self.faults.lock().unwrap().pop_front().flatten();
        if let Some(fault) = fault {
            return Err(fault);
        }
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

#[async_trait]
impl Users for Recorder {
    async fn user(&self, id: UserId) -> Result<Option<User>, PortError> {
        self.asked("users.user").await;
        self.memory.user(id).await
    }

    async fn user_by_email(&self, email: &Email) -> Result<Option<User>, PortError> {
        self.asked("users.user_by_email").await;
        self.memory.user_by_email(email).await
    }

    async fn users(&self, ids: &[UserId]) -> Result<Vec<User>, PortError> {
        self.asked("users.users").await;
        self.memory.users(ids).await
    }

    async fn search(&self, filter: &UserFilter, page: Page<UserId>) -> Result<Paged<User>, PortError> {
        self.asked("users.search").await;
        self.memory.search(filter, page).await
    }

    async fn has_super_admin(&self) -> Result<bool, PortError> {
        self.asked("users.has_super_admin").await;
        self.memory.has_super_admin().await
    }
}

#[async_trait]
impl Sessions for Recorder {
    async fn session(&self, id: SessionId) -> Result<Option<(Session, User)>, PortError> {
        self.asked("sessions.session").await;
        self.memory.session(id).await
    }

    async fn session_by_cookie(&self, cookie: &TokenHash) -> Result<Option<(Session, User)>, PortError> {
        self.asked("sessions.session_by_cookie").await;
        self.memory.session_by_cookie(cookie).await
    }

    async fn sessions_of(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>, PortError> {
        self.asked("sessions.sessions_of").await;
        self.memory.sessions_of(user, now).await
    }
}

#[async_trait]
impl RefreshTokens for Recorder {
    async fn presented(&self, hash: &TokenHash) -> Result<Option<Presented>, PortError> {
        self.asked("refresh_tokens.presented").await;
        self.memory.presented(hash).await
    }
}

#[async_trait]
impl AttemptCounters for Recorder {
    async fn attempts(&self, key: &AttemptKey) -> Result<Option<Attempts>, PortError> {
        self.asked("attempts.attempts").await;
        self.memory.attempts(key).await
    }
}

#[async_trait]
impl Roles for Recorder {
    async fn roles(&self, tenant: Option<TenantId>) -> Result<Vec<Role>, PortError> {
        self.asked_roles("roles.roles").await?;
        self.memory.roles(tenant).await
    }

    async fn rights(&self, user: UserId) -> Result<Option<Rights>, PortError> {
        self.asked_roles("roles.rights").await?;
        self.memory.rights(user).await
    }

    async fn assignments(&self, user: UserId) -> Result<Vec<Assignment>, PortError> {
        self.asked_roles("roles.assignments").await?;
        self.memory.assignments(user).await
    }

    async fn role(&self, tenant: Option<TenantId>, id: RoleId) -> Result<Option<Role>, PortError> {
        self.asked_roles("roles.role").await?;
        self.memory.role(tenant, id).await
    }
}

#[async_trait]
impl Tokens for Recorder {
    async fn token(&self, hash: &TokenHash) -> Result<Option<(OneTimeToken, User)>, PortError> {
        self.asked("tokens.token").await;
        self.memory.token(hash).await
    }
}

#[async_trait]
impl Keys for Recorder {
    async fn signing_keys(&self) -> Result<Vec<SigningKey>, PortError> {
        self.asked("keys.signing_keys").await;
        self.memory.signing_keys().await
    }

    async fn installation(&self) -> Result<Option<Sealed>, PortError> {
        self.asked("keys.installation").await;
        self.memory.installation().await
    }
}
