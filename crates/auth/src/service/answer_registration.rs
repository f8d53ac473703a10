use async_trait::async_trait;
use saaskit_kernel::{Attempt, Call, Commit, Email, Handler, HandlerError, Job, Name, PortError, UserId};
use serde::{Deserialize, Serialize};

use super::Auth;
use crate::port::Letter;
use crate::write::{AuthWrite, UserWrite};
use crate::{OneTimeToken, PasswordHash, Purpose, User, UserStatus};

pub(super) const KIND: &str = "auth.answer_registration";

/// Writes to the owner of an address that was registered: how to prove it, or that it has an account already.
#[derive(Debug)]
pub(super) struct AnswerRegistration(pub(super) Auth);

/// A registration as it waits, sealed.
#[derive(Serialize, Deserialize)]
pub(super) struct Registration {
    pub(super) user: UserId,
    pub(super) address: Email,
    pub(super) name: Option<Name>,
    pub(super) password: String,
}

#[async_trait]
impl Handler for AnswerRegistration {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn handle(&self, call: &Call, job: &Job, _: Attempt) -> Result<Commit, HandlerError> {
        let Self(auth) = self;
        let Registration { user: intended, address, name, password } = auth.open_job(job)?;
        let Some(owner) = auth.ports.users.user_by_email(&address).await? else { return Ok(Commit::new()) };
        let password = PasswordHash::from_phc(password);
        let is_open = owner.verified_at.is_none() && owner.status == UserStatus::Active;
        match owner.id == intended {
            true if is_open => Ok(auth.plan_verification(call, owner, Some(password)).await?),
            true => Ok(Commit::new()),
            false if is_open => {
                let contested = owner.contest(name);
                let save = Commit::new().write(AuthWrite::User(UserWrite::Save(contested.clone())));
                Ok(save.and(auth.plan_verification(call, contested, Some(password)).await?))
            }
            false => Ok(auth.ports.letters.plan(call, Letter::AccountExists { to: owner }).await?),
        }
    }
}

impl Auth {
    /// Mints a token that proves the address, and with it the password, and plans the letter that carries it. Earlier
    /// tokens are void.
    pub(super) async fn plan_verification(
        &self,
        call: &Call,
        user: User,
        password: Option<PasswordHash>,
    ) -> Result<Commit, PortError> {
        let secret = self.ports.source.token();
        let token = OneTimeToken::mint(secret.hash(), Purpose::VerifyEmail, &user, self.ports.source.now());
        let token = OneTimeToken { password, ..token };
        let letter = Letter::VerifyEmail { to: user, token: secret.to_secret() };
        self.plan_link(call, token, letter).await
    }
}
