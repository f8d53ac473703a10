use saaskit_kernel::{Call, Code, Invalid, Outcome, Principal, Secret, retry_stale};

use super::attempt::Counter;
use super::{Auth, TRIES, is_contended};
use crate::port::Letter;
use crate::write::{AuthWrite, SessionWrite, TokenWrite, UserWrite};
use crate::{
    AuthError, DeviceToken, GoesOn, News, Password, PasswordHash, Session, SignInError, action, event,
};

/// How somebody changes the password.
#[derive(Debug, Clone)]
pub struct ChangePassword {
    /// The one that counts.
    pub current: Secret,
    /// The one that is to count.
    pub password: Secret,
}

const UNCHANGED: Invalid =
    Invalid::new(Code::validation("PASSWORD_UNCHANGED"), "it is the password you have already");

impl Auth {
    /// Changes the password of whoever asks, if they know the current one; tries are counted as for a sign-in. All
    /// other sessions end. Gives what this one goes on by.
    pub async fn change_password(
        &self,
        call: &Call,
        principal: &Principal,
        ask: &ChangePassword,
        device: Option<&DeviceToken>,
    ) -> Result<GoesOn, AuthError> {
        let (counter, _, user) =
            self.test_own_password(call, principal, &ask.current, device, action::CHANGE_PASSWORD).await?;
        let password = self.read_password(&user, &ask.password).await?;
        if Password::new(&ask.current).is_some_and(|current| current.expose() == password.expose()) {
            return Err(AuthError::Invalid(vec![("password", UNCHANGED)]));
        }
        let change = (user.password, self.ports.hasher.hash(&password).await?);
        retry_stale(TRIES, is_contended, || self.change_password_once(call, principal, &counter, &change))
            .await
    }

    async fn change_password_once(
        &self,
        call: &Call,
        principal: &Principal,
        counter: &Counter,
        (tested, password): &(Option<PasswordHash>, PasswordHash),
    ) -> Result<GoesOn, AuthError> {
        let source = &self.ports.source;
        let (session, user) = self.own_session(principal, source.now()).await?;
        if user.password != *tested {
            return Err(SignInError::CredentialsInvalid.into());
        }
        let id = user.id;
        let user = user.renew(Some(password.clone()));
        let session = Session { epoch: user.epoch, ..session };
        let letter = self.ports.letters.plan(call, Letter::PasswordChanged { to: user.clone() }).await?;
        let commit = call
            .commit()
            .write(counter.clear())
            .write(AuthWrite::Session(SessionWrite::Adopt { session: session.id, epoch: user.epoch }))
            .write(AuthWrite::Token(TokenWrite::Void(id)))
            .write(AuthWrite::User(UserWrite::Save(user)))
            .emit(self.told(event::PASSWORD_CHANGED, id))
            .record(call.entry(source, action::CHANGE_PASSWORD, Outcome::Success, None).on(id))
            .and(letter);
        let (commit, goes_on) = self.carry_on(&session, commit)?;
        self.commit_news(commit, &[News::UserEpoch(id, session.epoch)]).await?;
        Ok(goes_on)
    }
}
