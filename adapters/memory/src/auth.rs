use std::collections::BTreeMap;

use saaskit_auth::write::AuthWrite;
use saaskit_auth::{
    AttemptKey, Attempts, OneTimeToken, RefreshToken, Role, RoleId, Session, SigningKey, User,
};
use saaskit_kernel::{CommitError, SessionId, TenantId, UserId};

mod attempt;
mod key;
mod refresh;
mod role;
mod session;
mod token;
mod user;

/// What auth keeps.
#[derive(Debug, Clone, Default)]
pub(crate) struct AuthState {
    users: BTreeMap<UserId, User>,
    sessions: BTreeMap<SessionId, Session>,
    links: BTreeMap<[u8; 32], RefreshToken>,
    tokens: BTreeMap<[u8; 32], OneTimeToken>,
    attempts: BTreeMap<AttemptKey, Attempts>,
    roles: BTreeMap<RoleId, Role>,
    assignments: BTreeMap<(UserId, Option<TenantId>), Vec<RoleId>>,
    keys: BTreeMap<u32, SigningKey>,
    installation: Option<key::Installation>,
}

/// A sweep removes no more at once.
const MOST_FORGOTTEN: usize = 1000;

impl AuthState {
    pub(crate) fn apply(&mut self, write: AuthWrite) -> Result<(), CommitError> {
        match write {
            AuthWrite::User(write) => self.user(write),
            AuthWrite::Session(write) => self.session(write),
            AuthWrite::Refresh(write) => self.refresh(write),
            AuthWrite::Token(write) => self.token(write),
            AuthWrite::Attempt(write) => self.attempt(write),
            AuthWrite::Role(write) => self.role(write),
            AuthWrite::Key(write) => self.key(write),
            AuthWrite::Operator(write) => self.operator(write),
        }
    }

    fn with_user(&self, session: &Session) -> Option<(Session, User)> {
        Some((session.clone(), self.users.get(&session.user)?.clone()))
    }
}
