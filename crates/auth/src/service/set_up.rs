use saaskit_kernel::{Call, Commit, Outcome, Secret, Token, constant_time_eq};

use super::Auth;
use crate::write::{AuthWrite, KeyWrite, UserWrite};
use crate::{AuthError, User, action};

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

    /// Makes the first operator's account, its address taken as proved. Works once.
    pub async fn set_up(&self, call: &Call, ask: SetUp) -> Result<(), AuthError> {
        let expected = self.set_up_token().await?.ok_or(AuthError::AlreadySetUp)?;
        if !constant_time_eq(expected.expose().as_bytes(), ask.token.expose().as_bytes()) {
            return Err(AuthError::TokenInvalid);
        }
        let (email, password, name) =
            self.read_account(&ask.email, &ask.password, ask.name.as_deref()).await?;
        let hash = self.ports.hasher.hash(&password).await?;
        let source = &self.ports.source;
        let user = User::operator(source.id(), email, name, hash, source.now());
        let commit = Commit::new()
            .record(call.entry(source, action::SET_UP, Outcome::Success, None).on(user.id))
            .write(AuthWrite::Key(KeyWrite::SetUp { at: source.now() }))
            .write(AuthWrite::User(UserWrite::Insert(user)));
        Ok(self.ports.store.commit(commit).await?)
    }
}
