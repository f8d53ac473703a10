use saaskit_kernel::{Call, Outcome, Place, Principal, SessionId, retry_stale};
use serde_json::json;

use super::{Auth, TRIES, is_contended};
use crate::write::{AuthWrite, SessionWrite, UserWrite};
use crate::{AccountError, AuthError, GoesOn, News, Session, User, action, event};

/// A session, and where the address is used that it was started from, if that is known.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionSheet {
    /// The session.
    pub session: Session,
    /// Where its address is used.
    pub place: Option<Place>,
}

impl Auth {
    /// The sessions of whoever asks that live, newest first.
    pub async fn sessions(&self, principal: &Principal) -> Result<Vec<SessionSheet>, AuthError> {
        let now = self.ports.source.now();
        let mut sessions = self.ports.sessions.sessions_of(principal.user, now).await?;
        sessions.retain(|session| !session.is_idle(now) || session.id == principal.session);
        Ok(self.with_places(sessions).await)
    }

    /// Without places they are a list as well: who tells them is asked no more once that failed.
    async fn with_places(&self, sessions: Vec<Session>) -> Vec<SessionSheet> {
        let (mut sheets, mut is_told) = (Vec::with_capacity(sessions.len()), true);
        for session in sessions {
            let mut place = None;
            if let Some(ip) = session.ip.filter(|_| is_told) {
                match self.ports.geo.place(ip).await {
                    Ok(known) => place = known,
                    Err(error) => {
                        is_told = false;
                        tracing::warn!(
                            error = &error as &dyn std::error::Error,
                            "places of sessions are not told"
                        );
                    }
                }
            }
            sheets.push(SessionSheet { session, place });
        }
        sheets
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
    /// new epoch of theirs. Gives what this one goes on by.
    pub async fn end_other_sessions(&self, call: &Call, principal: &Principal) -> Result<GoesOn, AuthError> {
        self.check_recent(principal)?;
        retry_stale(TRIES, is_contended, || self.end_others_once(call, principal)).await
    }

    async fn end_others_once(&self, call: &Call, principal: &Principal) -> Result<GoesOn, AuthError> {
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
        let (commit, goes_on) = self.carry_on(&Session { epoch, ..session }, commit)?;
        self.commit_news(commit, &[News::UserEpoch(principal.user, epoch)]).await?;
        Ok(goes_on)
    }
}
