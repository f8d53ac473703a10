use async_trait::async_trait;
use saaskit_kernel::{Attempt, Call, Commit, Email, Handler, HandlerError, Job, Outcome, UserId};
use serde::Deserialize;

use super::Auth;
use super::sealed_job::read;
use crate::write::{AuthWrite, SessionWrite, TokenWrite, UserWrite};
use crate::{AuthError, action, event};

pub(super) const KIND: &str = "auth.erase_account";

/// Erases what is known of a person whose account was deleted and not restored; its id stays.
#[derive(Debug)]
pub(super) struct EraseAccount(pub(super) Auth);

#[derive(Deserialize)]
struct Payload {
    user: UserId,
}

#[async_trait]
impl Handler for EraseAccount {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn handle(&self, call: &Call, job: &Job, _: Attempt) -> Result<Commit, HandlerError> {
        let Self(auth) = self;
        let Payload { user: id } = read(&job.payload)?;
        let source = &auth.ports.source;
        let Some(user) = auth.ports.users.user(id).await?.filter(|user| user.is_erased(source.now())) else {
            return Ok(Commit::new());
        };
        let nobody = nobody(id).map_err(|_| HandlerError::Never("the address of nobody can't be made"))?;
        let attempts =
            auth.clearing_attempts(&user).map_err(|_| HandlerError::Never("auth was not refreshed yet"))?;
        let roles = auth.plan_taking_all_roles(call, id).await?;
        let belongings = auth.ports.belongings.plan_forgetting(call, id).await?;
        let letters = auth.ports.letters.plan_forgetting(call, &user.email).await?;
        Ok(roles
            .across_tenants()
            .and(belongings)
            .and(letters)
            .write(AuthWrite::Session(SessionWrite::Erase(id)))
            .write(AuthWrite::Token(TokenWrite::Erase(id)))
            .write(AuthWrite::Attempt(attempts))
            .write(AuthWrite::User(UserWrite::Save(user.erase(nobody))))
            .emit(auth.told(event::USER_ERASED, id))
            .record(call.entry(source, action::ERASE_ACCOUNT, Outcome::Success, None).on(id)))
    }
}

/// An address nobody has or can have (RFC 2606 section 2), another for each account.
pub(super) fn nobody(user: UserId) -> Result<Email, AuthError> {
    let address = Email::parse(&format!("erased-{}@erased.invalid", user.uuid().simple()));
    address.map_err(|fault| AuthError::Internal(Box::new(fault)))
}
