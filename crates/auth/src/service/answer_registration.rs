use async_trait::async_trait;
use saaskit_kernel::{
    Attempt, Call, Commit, Email, Handler, HandlerError, Job, PortError, Sealed, Sealer, UserId,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Auth;
use crate::port::Letter;
use crate::write::{AuthWrite, TokenWrite};
use crate::{OneTimeToken, Purpose, User};

pub(super) const KIND: &str = "auth.answer_registration";

/// The context the address of a registration is sealed for while its job waits.
pub(super) fn seal_context(user: UserId) -> String {
    format!("auth.registration:{user}")
}

/// Writes to the owner of an address that was registered: how to prove it, or that it has an account already.
#[derive(Debug)]
pub(super) struct AnswerRegistration(pub(super) Auth);

#[derive(Deserialize)]
struct Payload {
    user: UserId,
    address: Sealed,
}

#[async_trait]
impl Handler for AnswerRegistration {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn handle(&self, call: &Call, job: &Job, _: Attempt) -> Result<Commit, HandlerError> {
        let Self(auth) = self;
        let Payload { user: intended, address } = read(job)?;
        let email = open_address(&*auth.ports.sealer, &seal_context(intended), &address)?;
        match auth.ports.users.user_by_email(&email).await? {
            Some(owner) if owner.id != intended => {
                Ok(auth.ports.letters.plan(call, Letter::AccountExists { to: owner }).await?)
            }
            Some(user) if user.verified_at.is_none() => Ok(auth.plan_verification(call, user).await?),
            _ => Ok(Commit::new()),
        }
    }
}

impl Auth {
    /// Mints a token that proves the address and plans the letter that carries it. Earlier tokens are void.
    pub(super) async fn plan_verification(&self, call: &Call, user: User) -> Result<Commit, PortError> {
        let secret = self.ports.source.token();
        let token = OneTimeToken::mint(secret.hash(), Purpose::VerifyEmail, &user, self.ports.source.now());
        let letter = Letter::VerifyEmail { to: user, token: secret.to_secret() };
        let letter = self.ports.letters.plan(call, letter).await?;
        Ok(Commit::new().write(AuthWrite::Token(TokenWrite::Mint(token))).and(letter))
    }
}

pub(super) fn read<P: DeserializeOwned>(job: &Job) -> Result<P, HandlerError> {
    serde_json::from_value(job.payload.clone()).map_err(|_| HandlerError::Never("the payload can't be read"))
}

pub(super) fn open_address(
    sealer: &dyn Sealer,
    context: &str,
    address: &Sealed,
) -> Result<Email, HandlerError> {
    let opened = sealer.open(context, address)?;
    let address = std::str::from_utf8(&opened).ok().and_then(|text| Email::parse(text).ok());
    address.ok_or(HandlerError::Never("the sealed address can't be read"))
}
