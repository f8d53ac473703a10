use async_trait::async_trait;
use saaskit_kernel::{Attempt, Call, Commit, Email, Handler, HandlerError, Job};

use super::Auth;
use crate::port::Letter;
use crate::{AuthError, OneTimeToken, UserStatus};

pub(super) const KIND: &str = "auth.forgot_password";

impl Auth {
    /// Asks for a mail to set a new password; the links of earlier ones die. Whether the address has an account, only
    /// the worker finds out.
    pub async fn forgot_password(&self, call: &Call, email: &str) -> Result<(), AuthError> {
        self.ask_by_address(call, KIND, email).await
    }
}

/// Writes to the owner of an address how to set a new password, whether it was proved or not: the link proves it.
#[derive(Debug)]
pub(super) struct ForgotPassword(pub(super) Auth);

#[async_trait]
impl Handler for ForgotPassword {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn handle(&self, call: &Call, job: &Job, _: Attempt) -> Result<Commit, HandlerError> {
        let Self(auth) = self;
        let email: Email = auth.open_job(job)?;
        let Some(user) = auth.ports.users.user_by_email(&email).await? else { return Ok(Commit::new()) };
        if user.status != UserStatus::Active {
            return Ok(Commit::new());
        }
        let secret = auth.ports.source.token();
        let token = OneTimeToken::mint_reset(secret.hash(), &user, auth.ports.source.now());
        let letter = Letter::ResetPassword { to: user, token: secret.to_secret() };
        Ok(auth.plan_link(call, token, letter).await?)
    }
}
