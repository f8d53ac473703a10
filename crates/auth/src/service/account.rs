use saaskit_kernel::{Commit, Event, Secret, Token, TokenHash, UserId};
use serde_json::json;

use super::Auth;
use crate::write::{AttemptWrite, OperatorWrite};
use crate::{AccountError, AttemptKey, AuthError, ProofError, User};

impl Auth {
    /// The account, which has to be there.
    pub(super) async fn known(&self, id: UserId) -> Result<User, AuthError> {
        self.user(id).await?.ok_or(AuthError::Account(AccountError::UserNotFound))
    }

    /// That something happened to an account.
    pub(super) fn told(&self, name: &'static str, user: UserId) -> Event {
        let source = &self.ports.source;
        Event { id: source.id(), name, tenant: None, at: source.now(), payload: json!({ "user": user }) }
    }

    /// Forgets the tries to sign in to an account.
    pub(super) fn clearing_attempts(&self, user: &User) -> Result<AttemptWrite, AuthError> {
        Ok(AttemptWrite::Clear(AttemptKey::of_account(&self.installation()?, &user.email)))
    }
}

/// The hash by which the secret of a link is found.
pub(super) fn hash_of(token: &Secret) -> Result<TokenHash, AuthError> {
    Ok(Token::parse(token.expose()).map_err(|_| ProofError::TokenInvalid)?.hash())
}

/// Adds what the change means for how many operate the installation.
pub(super) fn counting_operators(commit: Commit, before: &User, after: &User) -> Commit {
    match (before.operates(), after.operates()) {
        (true, false) => commit.write(crate::write::AuthWrite::Operator(OperatorWrite::Lose)),
        (false, true) => commit.write(crate::write::AuthWrite::Operator(OperatorWrite::Gain)),
        _ => commit,
    }
}
