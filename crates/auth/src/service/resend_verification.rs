use async_trait::async_trait;
use saaskit_kernel::{Attempt, Call, Commit, Email, Handler, HandlerError, Job};

use super::Auth;
use crate::{AuthError, UserStatus};

const KIND: &str = "auth.resend_verification";

impl Auth {
    /// Asks for another mail to prove an address; the links of earlier ones die. Whether the address has an
    /// account, and an unproved one, only the worker finds out.
    pub async fn resend_verification(&self, call: &Call, email: &str) -> Result<(), AuthError> {
        self.ask_by_address(call, KIND, email).await
    }

    /// Asks for work on an address that somebody named; whose it is, only the worker finds out.
    pub(super) async fn ask_by_address(
        &self,
        call: &Call,
        kind: &'static str,
        email: &str,
    ) -> Result<(), AuthError> {
        let email = Email::parse(email).map_err(|fault| AuthError::Invalid(vec![("email", fault)]))?;
        let job = self.sealed_job(kind, &email)?;
        Ok(self.ports.store.commit(call.commit().enqueue(job)).await?)
    }
}

/// Writes to the owner of an address that is not proved yet; to anybody else, nothing.
#[derive(Debug)]
pub(super) struct ResendVerification(pub(super) Auth);

#[async_trait]
impl Handler for ResendVerification {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn handle(&self, call: &Call, job: &Job, _: Attempt) -> Result<Commit, HandlerError> {
        let Self(auth) = self;
        let email: Email = auth.open_job(job)?;
        match auth.ports.users.user_by_email(&email).await? {
            Some(user) if user.verified_at.is_none() && user.status == UserStatus::Active => {
                let password = user.password.clone();
                Ok(auth.plan_verification(call, user, password).await?)
            }
            _ => Ok(Commit::new()),
        }
    }
}
