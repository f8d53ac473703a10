use std::collections::BTreeMap;

use async_trait::async_trait;
use saaskit_auth::port::{Keys, Sessions, Tokens, Users};
use saaskit_auth::write::{
    AuthWrite, INSTALLATION, KEY_NUMBER, KeyWrite, REDEEM, SET_UP, SessionWrite, TokenWrite, USER_EMAIL,
    UserWrite,
};
use saaskit_auth::{OneTimeToken, Revocation, Session, SigningKey, User};
use saaskit_kernel::{CommitError, Email, PortError, Sealed, SessionId, Timestamp, TokenHash, UserId};

use crate::MemoryStore;
use crate::store::insert_new;

/// What auth keeps.
#[derive(Debug, Clone, Default)]
pub(crate) struct AuthState {
    users: BTreeMap<UserId, User>,
    sessions: BTreeMap<SessionId, Session>,
    revocations: BTreeMap<SessionId, Timestamp>,
    tokens: BTreeMap<[u8; 32], OneTimeToken>,
    keys: BTreeMap<u32, SigningKey>,
    installation: Option<Installation>,
}

#[derive(Debug, Clone)]
struct Installation {
    secret: Sealed,
    set_up_at: Option<Timestamp>,
}

impl AuthState {
    pub(crate) fn apply(&mut self, write: AuthWrite) -> Result<(), CommitError> {
        match write {
            AuthWrite::User(write) => self.user(write),
            AuthWrite::Session(write) => self.session(write),
            AuthWrite::Token(write) => self.token(write),
            AuthWrite::Key(write) => self.key(write),
        }
    }

    fn user(&mut self, write: UserWrite) -> Result<(), CommitError> {
        match write {
            UserWrite::InsertUnlessTaken(user) if self.by_email(&user.email).is_some() => Ok(()),
            UserWrite::Insert(user) | UserWrite::InsertUnlessTaken(user) => {
                self.refuse_taken(&user)?;
                insert_new(&mut self.users, user.id, User { version: user.version.next(), ..user })
            }
            UserWrite::Save(user) => {
                self.refuse_taken(&user)?;
                let stored = self.users.get_mut(&user.id).filter(|stored| stored.version == user.version);
                let stored = stored.ok_or(CommitError::Stale)?;
                *stored = User { version: user.version.next(), ..user };
                Ok(())
            }
            UserWrite::Rehash { user, from, to } => {
                let password = self.users.get_mut(&user).and_then(|user| user.password.as_mut());
                if let Some(hash) = password.filter(|hash| **hash == from) {
                    *hash = to;
                }
                Ok(())
            }
        }
    }

    fn by_email(&self, email: &Email) -> Option<&User> {
        self.users.values().find(|user| user.email == *email)
    }

    fn refuse_taken(&self, user: &User) -> Result<(), CommitError> {
        match self.by_email(&user.email) {
            Some(owner) if owner.id != user.id => Err(CommitError::Duplicate(USER_EMAIL)),
            _ => Ok(()),
        }
    }

    fn session(&mut self, write: SessionWrite) -> Result<(), CommitError> {
        match write {
            SessionWrite::Start(session) => insert_new(&mut self.sessions, session.id, session),
            SessionWrite::End { session, at, until } => {
                let live = self.sessions.get_mut(&session).filter(|session| session.ended_at.is_none());
                if let Some(live) = live {
                    live.ended_at = Some(at);
                    self.revocations.insert(session, until);
                }
                Ok(())
            }
        }
    }

    fn token(&mut self, write: TokenWrite) -> Result<(), CommitError> {
        match write {
            TokenWrite::Mint(token) => {
                self.tokens.retain(|_, old| (old.user, old.purpose) != (token.user, token.purpose));
                insert_new(&mut self.tokens, *token.hash.as_bytes(), token)
            }
            TokenWrite::Redeem { token, at } => {
                let token = self.tokens.get_mut(token.as_bytes());
                let good = token.filter(|token| token.redeemed_at.is_none() && at < token.expires_at);
                good.ok_or(CommitError::Refused(REDEEM))?.redeemed_at = Some(at);
                Ok(())
            }
        }
    }

    fn key(&mut self, write: KeyWrite) -> Result<(), CommitError> {
        match write {
            KeyWrite::Insert(key) => insert_new(&mut self.keys, key.number, key)
                .map_err(|_known| CommitError::Duplicate(KEY_NUMBER)),
            KeyWrite::RemoveBefore(number) => {
                self.keys = self.keys.split_off(&number);
                Ok(())
            }
            KeyWrite::Install(secret) => {
                if self.installation.is_some() {
                    return Err(CommitError::Duplicate(INSTALLATION));
                }
                self.installation = Some(Installation { secret, set_up_at: None });
                Ok(())
            }
            KeyWrite::SetUp { at } => {
                let waiting = self.installation.as_mut().filter(|it| it.set_up_at.is_none());
                waiting.ok_or(CommitError::Refused(SET_UP))?.set_up_at = Some(at);
                Ok(())
            }
        }
    }
}

#[async_trait]
impl Users for MemoryStore {
    async fn user(&self, id: UserId) -> Result<Option<User>, PortError> {
        Ok(self.state().auth.users.get(&id).cloned())
    }

    async fn user_by_email(&self, email: &Email) -> Result<Option<User>, PortError> {
        Ok(self.state().auth.by_email(email).cloned())
    }

    async fn has_super_admin(&self) -> Result<bool, PortError> {
        Ok(self.state().auth.users.values().any(|user| user.super_admin))
    }
}

#[async_trait]
impl Sessions for MemoryStore {
    async fn session(&self, id: SessionId) -> Result<Option<(Session, User)>, PortError> {
        let auth = &self.state().auth;
        let session = auth.sessions.get(&id);
        let with_user = session.and_then(|session| Some((session, auth.users.get(&session.user)?)));
        Ok(with_user.map(|(session, user)| (session.clone(), user.clone())))
    }

    async fn revocations(&self, now: Timestamp) -> Result<Vec<Revocation>, PortError> {
        let auth = &self.state().auth;
        let live = auth.revocations.iter().filter(|(_, until)| now <= **until);
        Ok(live.map(|(session, until)| Revocation { session: *session, until: *until }).collect())
    }
}

#[async_trait]
impl Tokens for MemoryStore {
    async fn token(&self, hash: &TokenHash) -> Result<Option<(OneTimeToken, User)>, PortError> {
        let auth = &self.state().auth;
        let token = auth.tokens.get(hash.as_bytes());
        let with_user = token.and_then(|token| Some((token, auth.users.get(&token.user)?)));
        Ok(with_user.map(|(token, user)| (token.clone(), user.clone())))
    }
}

#[async_trait]
impl Keys for MemoryStore {
    async fn signing_keys(&self) -> Result<Vec<SigningKey>, PortError> {
        Ok(self.state().auth.keys.values().cloned().collect())
    }

    async fn installation(&self) -> Result<Option<Sealed>, PortError> {
        Ok(self.state().auth.installation.as_ref().map(|it| it.secret.clone()))
    }
}
