use saaskit_kernel::{Call, Commit, Email, Outcome, Secret, SessionId, UserId};
use serde_json::json;

use super::Auth;
use super::attempt::{Counter, Tried};
use crate::policy::TOO_LONG;
use crate::write::{AuthWrite, UserWrite};
use crate::{
    AuthError, Carried, Carrier, DeviceToken, Method, News, Password, Session, SignInError, User, action,
    event,
};

/// What somebody signs in with.
#[derive(Debug, Clone)]
pub struct LogIn {
    /// The address.
    pub email: String,
    /// The password.
    pub password: Secret,
    /// What the browser shows to say that accounts were signed in to with it before.
    pub device: Option<DeviceToken>,
    /// By what the session is to be carried.
    pub carrier: Carrier,
    /// The session cookie the browser shows: if another is to take its place, its session ends.
    pub shown: Option<Secret>,
}

/// What a sign-in gives.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who signed in.
    pub user: UserId,
    /// The sign-in.
    pub session: SessionId,
    /// For the browser to keep: it knows the account from now on.
    pub device: DeviceToken,
    /// What carries the session.
    pub carried: Carried,
}

impl Auth {
    /// Signs a user in. A wrong address and a wrong password cost the same work and get the same answer, and so
    /// does everything while a lock holds. In a flood, who is too many is refused before anything is read; why an account may not sign in is told only after the right password.
    pub async fn log_in(&self, call: &Call, ask: LogIn) -> Result<SignedIn, AuthError> {
        let email = Email::parse(&ask.email).map_err(|fault| AuthError::Invalid(vec![("email", fault)]))?;
        let password =
            Password::new(&ask.password).ok_or_else(|| AuthError::Invalid(vec![("password", TOO_LONG)]))?;
        self.ports.hasher.has_room()?;
        let user = self.ports.users.user_by_email(&email).await?;
        let counter = self.counter(&email, user.as_ref(), ask.device.as_ref())?;
        let hash = user.as_ref().and_then(|user| user.password.as_ref());
        match (self.try_password(&counter, &password, hash).await?, user) {
            (Tried::Right { outdated }, Some(user)) => {
                self.admit(call, &user, &counter).await?;
                let outdated = outdated.then_some(&password);
                self.start_session(call, user, outdated, &counter, ask).await
            }
            (Tried::Wrong(stored), user) => {
                let mut entry = call.entry(&self.ports.source, action::LOG_IN, Outcome::Refused, None);
                if let Some(user) = user {
                    entry = entry.on(user.id);
                }
                self.write_failure(call, &counter, stored, entry).await?;
                Err(SignInError::CredentialsInvalid.into())
            }
            (Tried::Right { .. }, None) => Err(SignInError::CredentialsInvalid.into()),
        }
    }

    /// Tells a user whose password was right why the account may not be used, if it may not. That is no failed try.
    async fn admit(&self, call: &Call, user: &User, counter: &Counter) -> Result<(), AuthError> {
        let Err(refusal) = user.may_sign_in() else { return Ok(()) };
        let entry = call.entry(&self.ports.source, action::LOG_IN, Outcome::Refused, None).on(user.id);
        self.ports.store.commit(Commit::new().record(entry).write(counter.clear())).await?;
        Err(refusal)
    }

    /// `outdated` is the password if its hash is to be made anew.
    async fn start_session(
        &self,
        call: &Call,
        user: User,
        outdated: Option<&Password>,
        counter: &Counter,
        ask: LogIn,
    ) -> Result<SignedIn, AuthError> {
        let source = &self.ports.source;
        let session = Session::start(source.id(), &user, Method::Password, call, source.now());
        let (id, epoch) = (session.id, session.epoch);
        let logged_in = self.event(event::LOGGED_IN, None, json!({ "user": user.id, "session": id }));
        let mut commit = call
            .commit()
            .write(counter.clear())
            .emit(logged_in)
            .record(call.entry(source, action::LOG_IN, Outcome::Success, None).on(user.id));
        if let (Some(password), Some(from)) = (outdated, user.password) {
            let to = self.ports.hasher.hash(password).await?;
            commit = commit.write(AuthWrite::User(UserWrite::Rehash { user: user.id, from, to }));
        }
        let (commit, news) = match self.replaced(&ask).await? {
            Some(replaced) => (self.logging_out(call, replaced, commit), vec![News::SessionEnded(replaced)]),
            None => (commit, Vec::new()),
        };
        let (commit, carried) = self.carry(session, ask.carrier, commit)?;
        self.commit_news(commit, &news).await?;
        let secret = self.installation()?;
        let device = DeviceToken::issue(source, &secret, &counter.account, epoch, ask.device.as_ref());
        Ok(SignedIn { user: user.id, session: id, device, carried })
    }

    /// The session whose cookie the browser gives up for the one it asks for.
    async fn replaced(&self, ask: &LogIn) -> Result<Option<SessionId>, AuthError> {
        let (Carrier::Cookie, Some(shown)) = (ask.carrier, &ask.shown) else { return Ok(None) };
        match self.session_of_cookie(shown).await {
            Err(AuthError::Proof(_)) => Ok(None),
            found => found.map(Some),
        }
    }
}
