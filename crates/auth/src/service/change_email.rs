use async_trait::async_trait;
use saaskit_kernel::{Attempt, Call, Commit, Email, Handler, HandlerError, Job, Outcome, Principal, UserId};
use serde::{Deserialize, Serialize};

use super::Auth;
use crate::port::Letter;
use crate::{AuthError, OneTimeToken, Purpose, UserStatus, action};

const KIND: &str = "auth.change_email";

/// Who wants which address.
#[derive(Serialize, Deserialize)]
struct Wish {
    user: UserId,
    epoch: u32,
    address: Email,
}

impl Auth {
    /// Asks for another address for the account of whoever asks, who must have proved lately who they are. It is
    /// the account's once its owner confirms; whether it is free, only the worker finds out.
    pub async fn change_email(
        &self,
        call: &Call,
        principal: &Principal,
        email: &str,
    ) -> Result<(), AuthError> {
        self.check_recent(principal)?;
        let address = Email::parse(email).map_err(|fault| AuthError::Invalid(vec![("email", fault)]))?;
        let user = self.me(principal).await?;
        let job = self.sealed_job(KIND, &Wish { user: user.id, epoch: user.epoch, address })?;
        let entry = call.entry(&self.ports.source, action::CHANGE_EMAIL, Outcome::Success, None).on(user.id);
        Ok(self.ports.store.commit(call.commit().enqueue(job).record(entry)).await?)
    }
}

/// Writes to an address that an account is to have: how to confirm it, or that it has an account already.
#[derive(Debug)]
pub(super) struct ChangeEmail(pub(super) Auth);

#[async_trait]
impl Handler for ChangeEmail {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn handle(&self, call: &Call, job: &Job, _: Attempt) -> Result<Commit, HandlerError> {
        let Self(auth) = self;
        let Wish { user, epoch, address } = auth.open_job(job)?;
        let Some(user) = auth.ports.users.user(user).await?.filter(|user| user.accepts(epoch)) else {
            return Ok(Commit::new());
        };
        match auth.ports.users.user_by_email(&address).await? {
            Some(owner) if owner.id == user.id => Ok(Commit::new()),
            Some(owner) if owner.status == UserStatus::Active && owner.verified_at.is_some() => {
                Ok(auth.ports.letters.plan(call, Letter::AccountExists { to: owner }).await?)
            }
            Some(owner) if owner.status != UserStatus::Active => Ok(Commit::new()),
            _ => {
                let secret = auth.ports.source.token();
                let token =
                    OneTimeToken::mint(secret.hash(), Purpose::ConfirmEmail, &user, auth.ports.source.now());
                let token = OneTimeToken { address: Some(address.clone()), ..token };
                let letter = Letter::ConfirmEmail { to: user, address, token: secret.to_secret() };
                Ok(auth.plan_link(call, token, letter).await?)
            }
        }
    }
}
