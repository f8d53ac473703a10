use saaskit_kernel::{Action, Call, Outcome, Principal, Secret, Timestamp};

use super::attempt::{Counter, Tried};
use super::{Auth, RECENT};
use crate::policy::TOO_LONG;
use crate::write::{AuthWrite, SessionWrite};
use crate::{AuthError, DeviceToken, GoesOn, News, Password, ProofError, Session, SignInError, User, action};

impl Auth {
    /// Has whoever asks prove again who they are, by their password; tries are counted as for a sign-in. Gives
    /// what the session goes on by.
    pub async fn step_up(
        &self,
        call: &Call,
        principal: &Principal,
        password: &Secret,
        device: Option<&DeviceToken>,
    ) -> Result<GoesOn, AuthError> {
        let (counter, session, _) =
            self.test_own_password(call, principal, password, device, action::STEP_UP).await?;
        let at = self.ports.source.now();
        let entry = call.entry(&self.ports.source, action::STEP_UP, Outcome::Success, None).on(session.id);
        let commit = call
            .commit()
            .write(counter.clear())
            .write(AuthWrite::Session(SessionWrite::Prove { session: session.id, at }))
            .record(entry);
        let (commit, goes_on) = self.carry_on(&Session { authenticated_at: at, ..session }, commit)?;
        self.commit_news(commit, &[News::SessionChanged(principal.session)]).await?;
        Ok(goes_on)
    }

    /// Tests the password of whoever asks. A wrong one is counted, and written down as a failure to do that; after
    /// a right one the caller's commit clears the counter.
    pub(super) async fn test_own_password(
        &self,
        call: &Call,
        principal: &Principal,
        password: &Secret,
        device: Option<&DeviceToken>,
        to: Action,
    ) -> Result<(Counter, Session, User), AuthError> {
        let password =
            Password::new(password).ok_or_else(|| AuthError::Invalid(vec![("password", TOO_LONG)]))?;
        let (session, user) = self.own_session(principal, self.ports.source.now()).await?;
        let counter = self.counter(&user.email, Some(&user), device)?;
        match self.try_password(&counter, &password, user.password.as_ref()).await? {
            Tried::Right { .. } => Ok((counter, session, user)),
            Tried::Wrong(stored) => {
                let entry = call.entry(&self.ports.source, to, Outcome::Refused, None).on(session.id);
                self.write_failure(call, &counter, stored, entry).await?;
                Err(SignInError::CredentialsInvalid.into())
            }
        }
    }

    /// The session of whoever asks, as it is stored. By a cookie that carries it no more, nobody changes it.
    pub(super) async fn own_session(
        &self,
        principal: &Principal,
        now: Timestamp,
    ) -> Result<(Session, User), AuthError> {
        let found = self.ports.sessions.session(principal.session).await?;
        found
            .filter(|(session, user)| session.is_live(user, now) && session.cookie == principal.cookie)
            .ok_or(AuthError::Proof(ProofError::Unauthenticated))
    }

    /// Refuses whoever has not proved lately who they are.
    pub(super) fn check_recent(&self, principal: &Principal) -> Result<(), AuthError> {
        let recent = principal.is_recent(self.ports.source.now(), RECENT);
        if recent { Ok(()) } else { Err(ProofError::StepUpRequired.into()) }
    }
}
