use saaskit_kernel::{
    Call, Commit, CommitError, Event, PortError, Secret, TenantId, Token, TokenHash, UserId,
};
use serde_json::{Value, json};

use super::Auth;
use crate::port::Letter;
use crate::write::{AttemptWrite, AuthWrite, OperatorWrite, TokenWrite, UserWrite};
use crate::{AccountError, AttemptKey, AuthError, OneTimeToken, ProofError, User, UserStatus};

impl Auth {
    /// The account, which has to be there.
    pub(super) async fn known(&self, id: UserId) -> Result<User, AuthError> {
        self.user(id).await?.ok_or(AuthError::Account(AccountError::UserNotFound))
    }

    /// That something happened to an account.
    pub(super) fn told(&self, name: &'static str, user: UserId) -> Event {
        self.event(name, None, json!({ "user": user }))
    }

    /// That something happened.
    pub(super) fn event(&self, name: &'static str, tenant: Option<TenantId>, payload: Value) -> Event {
        let source = &self.ports.source;
        Event { id: source.id(), name, tenant, at: source.now(), payload }
    }

    /// The commit that stores a token and sends the letter that carries its secret.
    pub(super) async fn plan_link(
        &self,
        call: &Call,
        token: OneTimeToken,
        letter: Letter,
    ) -> Result<Commit, PortError> {
        let letter = self.ports.letters.plan(call, letter).await?;
        Ok(letter.write(AuthWrite::Token(TokenWrite::Mint(token))))
    }

    /// Adds the change of an account, with what it means for how many operate the installation and for what belongs to
    /// the account: that goes, and comes back, with it.
    pub(super) async fn saving(
        &self,
        call: &Call,
        commit: Commit,
        before: &User,
        after: &User,
    ) -> Result<Commit, AuthError> {
        let commit = counting_operators(commit, before, after);
        let commit = commit.write(AuthWrite::User(UserWrite::Save(after.clone())));
        let belongings = &self.ports.belongings;
        let is_gone = |user: &User| user.status == UserStatus::Deleted;
        Ok(match (is_gone(before), is_gone(after)) {
            (false, true) => commit.and(belongings.plan_leaving(call, after.id).await?),
            (true, false) => commit.and(belongings.plan_returning(call, after.id).await?),
            _ => commit,
        })
    }

    /// Why a commit was refused: a guard may be of what belongs to the account.
    pub(super) fn refused(&self, error: CommitError) -> AuthError {
        let veto = match &error {
            CommitError::Refused(guard) => self.ports.belongings.explain(*guard),
            _ => None,
        };
        veto.map_or_else(|| error.into(), AuthError::from)
    }

    /// Forgets the tries to sign in to an account, on every browser.
    pub(super) fn clearing_attempts(&self, user: &User) -> Result<AttemptWrite, AuthError> {
        Ok(AttemptWrite::ClearAccount(AttemptKey::of_account(&self.installation()?, &user.email)))
    }
}

/// The hash by which the secret of a link is found.
pub(super) fn hash_of(token: &Secret) -> Result<TokenHash, AuthError> {
    Ok(Token::parse(token.expose()).map_err(|_| ProofError::TokenInvalid)?.hash())
}

/// Adds what the change means for how many operate the installation.
fn counting_operators(commit: Commit, before: &User, after: &User) -> Commit {
    match (before.operates(), after.operates()) {
        (true, false) => commit.write(AuthWrite::Operator(OperatorWrite::Lose)),
        (false, true) => commit.write(AuthWrite::Operator(OperatorWrite::Gain)),
        _ => commit,
    }
}
