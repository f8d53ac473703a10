use std::time::Duration;

use saaskit_kernel::{Call, Commit, Email, Outcome, Secret, Timestamp, UserId};

use super::Auth;
use crate::claims::AccessClaims;
use crate::policy::TOO_LONG;
use crate::port::Verdict;
use crate::write::{AuthWrite, SessionWrite, UserWrite};
use crate::{AuthError, Method, Password, PasswordHash, Session, User, action};

/// What somebody signs in with.
#[derive(Debug, Clone)]
pub struct LogIn {
    /// The address.
    pub email: String,
    /// The password.
    pub password: Secret,
}

/// What a sign-in gives.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Proves who its bearer is.
    pub access_token: Secret,
    /// How long it is good.
    pub expires_in: Duration,
    /// Who signed in.
    pub user: UserId,
}

impl Auth {
    /// Signs a user in. A wrong address and a wrong password cost the same work and get the same answer; why
    /// an account may not sign in is told only after the right password.
    pub async fn log_in(&self, call: &Call, ask: LogIn) -> Result<SignedIn, AuthError> {
        let email = Email::parse(&ask.email).map_err(|fault| AuthError::Invalid(vec![("email", fault)]))?;
        let password =
            Password::new(&ask.password).ok_or_else(|| AuthError::Invalid(vec![("password", TOO_LONG)]))?;
        let user = self.ports.users.user_by_email(&email).await?;
        let hash =
            user.as_ref().and_then(|user| user.password.clone()).unwrap_or_else(|| self.ports.hasher.decoy());
        let verdict = self.ports.hasher.verify(&password, &hash).await?;
        match decide(user, verdict) {
            Ok(user) => self.start_session(call, user, &password, hash, verdict).await,
            Err((user, refusal)) => self.refuse(call, user, refusal).await,
        }
    }

    async fn start_session(
        &self,
        call: &Call,
        user: User,
        password: &Password,
        hash: PasswordHash,
        verdict: Verdict,
    ) -> Result<SignedIn, AuthError> {
        let source = &self.ports.source;
        let session = Session::start(source.id(), &user, Method::Password, call, source.now());
        let rehash = match verdict {
            Verdict::Match { outdated: true } => Some(self.ports.hasher.hash(password).await?),
            _ => None,
        };
        let access_token = self.ports.signer.sign(&self.claims(&session))?;
        let entry = call.entry(source, action::LOG_IN, Outcome::Success, None).on(user.id);
        let mut commit = Commit::new().write(AuthWrite::Session(SessionWrite::Start(session))).record(entry);
        if let Some(to) = rehash {
            commit = commit.write(AuthWrite::User(UserWrite::Rehash { user: user.id, from: hash, to }));
        }
        self.ports.store.commit(commit).await?;
        Ok(SignedIn { access_token, expires_in: AccessClaims::LIFE, user: user.id })
    }

    /// Writes the failure down, the same way for every reason, and then answers it.
    async fn refuse(
        &self,
        call: &Call,
        user: Option<UserId>,
        refusal: AuthError,
    ) -> Result<SignedIn, AuthError> {
        let mut entry = call.entry(&self.ports.source, action::LOG_IN, Outcome::Refused, None);
        if let Some(user) = user {
            entry = entry.on(user);
        }
        self.ports.store.commit(Commit::new().record(entry)).await?;
        Err(refusal)
    }

    fn claims(&self, session: &Session) -> AccessClaims {
        let now = whole_second(self.ports.source.now());
        AccessClaims {
            user: session.user,
            session: session.id,
            epoch: session.epoch,
            issued_at: now,
            expires_at: now.plus(AccessClaims::LIFE),
            authenticated_at: whole_second(session.created_at),
            methods: vec![session.method.as_str().to_owned()],
            token_id: self.ports.source.id::<()>().uuid().simple().to_string(),
        }
    }
}

fn decide(user: Option<User>, verdict: Verdict) -> Result<User, (Option<UserId>, AuthError)> {
    let Some(user) = user else { return Err((None, AuthError::CredentialsInvalid)) };
    if verdict == Verdict::Mismatch || user.password.is_none() {
        return Err((Some(user.id), AuthError::CredentialsInvalid));
    }
    match user.may_sign_in() {
        Ok(()) => Ok(user),
        Err(refusal) => Err((Some(user.id), refusal)),
    }
}

fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.seconds().saturating_mul(1000))
}
