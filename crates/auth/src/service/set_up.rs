use saaskit_kernel::{Call, Commit, Outcome, Secret, Token, constant_time_eq, retry_stale};

use super::create_admin::{Operator, Planned};
use super::{Auth, TRIES, is_contended};
use crate::write::{AuthWrite, KeyWrite};
use crate::{AccountError, AuthError, ProofError, action};

/// What the first operator of an installation signs up with.
#[derive(Debug, Clone)]
pub struct SetUp {
    /// The secret of the link that the server prints.
    pub token: Secret,
    /// The address.
    pub email: String,
    /// The password.
    pub password: Secret,
    /// What the person wants to be called.
    pub name: Option<String>,
}

impl Auth {
    /// The secret by which the first operator signs up; `None` once there is one. It follows from the
    /// installation secret, so that nothing has to be kept, and dies with its first use.
    pub async fn set_up_token(&self) -> Result<Option<Secret>, AuthError> {
        if self.ports.users.has_super_admin().await? {
            return Ok(None);
        }
        let token = Token::from_bytes(self.installation()?.fingerprint("auth.set_up", b""));
        Ok(Some(token.to_secret()))
    }

    /// Makes the first operator's account, its address taken as proved; one that somebody registered there, and
    /// never proved, is taken over. Works once.
    pub async fn set_up(&self, call: &Call, ask: SetUp) -> Result<(), AuthError> {
        if let Err(refusal) = self.check_set_up_token(&ask.token).await {
            let entry = call.entry(&self.ports.source, action::SET_UP, Outcome::Refused, None);
            self.ports.store.commit(Commit::new().record(entry)).await?;
            return Err(refusal);
        }
        let (email, password, name) =
            self.read_account(&ask.email, &ask.password, ask.name.as_deref()).await?;
        let hash = self.ports.hasher.hash(&password).await?;
        let operator = Operator { email, name, hash };
        retry_stale(TRIES, is_contended, || self.set_up_once(call, &operator)).await
    }

    async fn check_set_up_token(&self, token: &Secret) -> Result<(), AuthError> {
        let expected = self.set_up_token().await?.ok_or(AccountError::AlreadySetUp)?;
        let same = constant_time_eq(expected.expose().as_bytes(), token.expose().as_bytes());
        if same { Ok(()) } else { Err(ProofError::TokenInvalid.into()) }
    }

    async fn set_up_once(&self, call: &Call, operator: &Operator) -> Result<(), AuthError> {
        let planned = self.plan_operator(call, action::SET_UP, operator).await?;
        let set_up = AuthWrite::Key(KeyWrite::SetUp { at: self.ports.source.now() });
        self.commit_operator(Planned { commit: planned.commit.write(set_up), ..planned }).await.map(drop)
    }
}
