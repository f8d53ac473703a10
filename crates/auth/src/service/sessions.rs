use saaskit_kernel::{Call, Outcome, Principal, SessionId, retry_stale};
use serde_json::json;

use super::{Auth, TRIES, is_contended};
use crate::write::{AuthWrite, SessionWrite, UserWrite};
use crate::{AccessToken, AccountError, AuthError, News, Session, User, action, event};

impl Auth {
    /// The sessions of whoever asks that live, newest first.
    pub async fn sessions(&self, principal: &Principal) -> Result<Vec<Session>, AuthError> {
        let now = self.ports.source.now();
        let mut sessions = self.ports.sessions.sessions_of(principal.user, now).await?;
        sessions.retain(|session| !session.is_idle(now) || session.id == principal.session);
        Ok(sessions)
    }

    /// Ends a session of whoever asks, who must have proved lately who they are.
    pub async fn end_session(
        &self,
        call: &Call,
        principal: &Principal,
        id: SessionId,
    ) -> Result<(), AuthError> {
        self.check_recent(principal)?;
        let found = self.ports.sessions.session(id).await?;
        let live = found.filter(|(session, user)| {
            session.user == principal.user && session.is_live(user, self.ports.source.now())
        });
        let (session, _) = live.ok_or(AccountError::SessionNotFound)?;
        let source = &self.ports.source;
        let at = source.now();
        let commit = call
            .commit()
            .write(AuthWrite::Session(SessionWrite::End { session: session.id, at }))
            .record(call.entry(source, action::END_SESSION, Outcome::Success, None).on(session.id));
        self.commit_news(commit, &[News::SessionEnded(session.id)]).await
    }

    /// Ends all sessions of whoever asks but the one they ask by, and what was begun but not finished: it is in a
    /// new epoch of theirs. Gives a fresh access token where tokens carry the session.
    pub async fn end_other_sessions(
        &self,
        call: &Call,
        principal: &Principal,
    ) -> Result<Option<AccessToken>, AuthError> {
        self.check_recent(principal)?;
        retry_stale(TRIES, is_contended, || self.end_others_once(call, principal)).await
    }

    async fn end_others_once(
        &self,
        call: &Call,
        principal: &Principal,
    ) -> Result<Option<AccessToken>, AuthError> {
        let source = &self.ports.source;
        let (session, user) = self.own_session(principal, source.now()).await?;
        let epoch = user.epoch + 1;
        let ended = self.event(event::SESSIONS_ENDED, None, json!({ "user": user.id, "kept": session.id }));
        let commit = call
            .commit()
            .write(AuthWrite::Session(SessionWrite::Adopt { session: session.id, epoch }))
            .emit(ended)
            .record(call.entry(source, action::END_OTHER_SESSIONS, Outcome::Success, None).on(user.id))
            .write(AuthWrite::User(UserWrite::Save(User { epoch, ..user })));
        self.commit_news(commit, &[News::UserEpoch(session.user, epoch)]).await?;
        self.renew_access(&Session { epoch, ..session })
    }
}
