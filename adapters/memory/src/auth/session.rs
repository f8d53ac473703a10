use std::cmp::Reverse;

use async_trait::async_trait;
use saaskit_auth::port::Sessions;
use saaskit_auth::write::SessionWrite;
use saaskit_auth::{Session, User};
use saaskit_kernel::{CommitError, PortError, SessionId, Timestamp, TokenHash, UserId};

use super::{AuthState, MOST_FORGOTTEN};
use crate::MemoryStore;
use crate::store::insert_new;

impl AuthState {
    pub(super) fn session(&mut self, write: SessionWrite) -> Result<(), CommitError> {
        match write {
            SessionWrite::Start(session) => return self.start(session),
            SessionWrite::End { session, at } => {
                self.change(session, |session| session.ended_at = session.ended_at.or(Some(at)));
            }
            SessionWrite::Adopt { session, epoch } => self.change(session, |session| session.epoch = epoch),
            SessionWrite::Prove { session, at } => {
                self.change(session, |session| session.authenticated_at = at);
            }
            SessionWrite::Act { session, tenant } => self.change(session, |session| session.tenant = tenant),
            SessionWrite::Carry { session, from, to } => {
                let carried = self.sessions.get_mut(&session).filter(|session| session.cookie == Some(from));
                carried.ok_or(CommitError::Stale)?.cookie = Some(to);
            }
            SessionWrite::Warn { session, last, at } => {
                let warned = self.sessions.get_mut(&session).filter(|session| session.warned_at == last);
                warned.ok_or(CommitError::Stale)?.warned_at = Some(at);
            }
            SessionWrite::See { session, at } => {
                self.change(session, |session| session.seen_at = session.seen_at.max(at));
            }
            SessionWrite::Erase(user) => self.remove_sessions(usize::MAX, |session| session.user == user),
            SessionWrite::Forget { before } => {
                let is_over = |session: &Session| {
                    session.expires_at < before || session.ended_at.is_some_and(|at| at < before)
                };
                self.remove_sessions(MOST_FORGOTTEN, is_over);
            }
        }
        Ok(())
    }

    fn start(&mut self, session: Session) -> Result<(), CommitError> {
        match session.cookie.and_then(|cookie| self.carried_by(&cookie)) {
            Some(_) => Err(CommitError::Stale),
            None => insert_new(&mut self.sessions, session.id, session),
        }
    }

    fn carried_by(&self, cookie: &TokenHash) -> Option<&Session> {
        self.sessions.values().find(|session| session.cookie == Some(*cookie))
    }

    fn change(&mut self, session: SessionId, change: impl FnOnce(&mut Session)) {
        if let Some(session) = self.sessions.get_mut(&session) {
            change(session);
        }
    }

    /// With their chains.
    fn remove_sessions(&mut self, most: usize, goes: impl Fn(&Session) -> bool) {
        let going: Vec<SessionId> =
            self.sessions.values().filter(|session| goes(session)).map(|it| it.id).take(most).collect();
        for id in going {
            self.sessions.remove(&id);
            self.links.retain(|_, link| link.session != id);
        }
    }

    /// As it is shown in lists: heard of when its chain was last renewed, if that is later.
    fn renewed(&self, session: &Session) -> Session {
        let links = self.links.values().filter(|link| link.session == session.id);
        let newest = links.max_by_key(|link| link.number);
        let seen_at = newest.map_or(session.seen_at, |link| link.created_at.max(session.seen_at));
        Session { seen_at, ..session.clone() }
    }
}

#[async_trait]
impl Sessions for MemoryStore {
    async fn session(&self, id: SessionId) -> Result<Option<(Session, User)>, PortError> {
        let auth = &self.state().auth;
        Ok(auth.sessions.get(&id).and_then(|session| auth.with_user(session)))
    }

    async fn session_by_cookie(&self, cookie: &TokenHash) -> Result<Option<(Session, User)>, PortError> {
        let auth = &self.state().auth;
        Ok(auth.carried_by(cookie).and_then(|session| auth.with_user(session)))
    }

    async fn sessions_of(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>, PortError> {
        let auth = &self.state().auth;
        let epoch = auth.users.get(&user).map(|user| user.epoch);
        let is_live = |session: &&Session| {
            session.user == user
                && session.ended_at.is_none()
                && now < session.expires_at
                && Some(session.epoch) == epoch
        };
        let mut live: Vec<Session> =
            auth.sessions.values().filter(is_live).map(|session| auth.renewed(session)).collect();
        live.sort_by_key(|session| Reverse((session.created_at, session.id)));
        live.truncate(100);
        Ok(live)
    }
}
