use async_trait::async_trait;
use saaskit_kernel::{Attempt, Call, Commit, Email, Handler, HandlerError, Job, PortError, Timestamp};
use serde::{Deserialize, Serialize};

use super::Auth;
use crate::port::Letter;
use crate::{Attempts, AuthError, OneTimeToken, Purpose, User, UserStatus};

const KIND: &str = "auth.tell_locked";

/// Tells the owner of an account that it was locked; if there is no such account, nobody.
#[derive(Debug)]
pub(super) struct TellLocked(pub(super) Auth);

#[derive(Serialize, Deserialize)]
struct Payload {
    address: Email,
    /// None if only a new password ends it.
    until: Option<Timestamp>,
}

impl Auth {
    /// The job that tells whoever owns the address.
    pub(super) fn tell_locked(&self, email: &Email, lock: &Attempts) -> Result<Job, AuthError> {
        let until = lock.locked_until.filter(|_| !lock.is_disabled());
        self.sealed_job(KIND, &Payload { address: email.clone(), until })
    }

    async fn plan_locked(
        &self,
        call: &Call,
        user: User,
        until: Option<Timestamp>,
    ) -> Result<Commit, PortError> {
        let Some(until) = until else {
            return self.ports.letters.plan(call, Letter::PasswordDisabled { to: user }).await;
        };
        let secret = self.ports.source.token();
        let token = OneTimeToken::mint(secret.hash(), Purpose::Unlock, &user, self.ports.source.now());
        let letter = Letter::Locked { to: user, token: secret.to_secret(), until };
        self.plan_link(call, token, letter).await
    }
}

#[async_trait]
impl Handler for TellLocked {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn handle(&self, call: &Call, job: &Job, _: Attempt) -> Result<Commit, HandlerError> {
        let Self(auth) = self;
        let Payload { address, until } = auth.open_job(job)?;
        match auth.ports.users.user_by_email(&address).await? {
            Some(user) if user.verified_at.is_some() && user.status == UserStatus::Active => {
                Ok(auth.plan_locked(call, user, until).await?)
            }
            _ => Ok(Commit::new()),
        }
    }
}
