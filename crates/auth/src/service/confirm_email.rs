use saaskit_kernel::{Call, Outcome, Secret, TokenHash, retry_stale};

use super::account::hash_of;
use super::{Auth, TRIES, is_contended};
use crate::port::Letter;
use crate::write::{AuthWrite, TokenWrite, UserWrite};
use crate::{AuthError, OneTimeToken, ProofError, Purpose, action, event};

impl Auth {
    /// Gives an account another address, by the secret that was mailed there. The one it had is told, with a way back
    /// that nothing else takes away.
    pub async fn confirm_email(&self, call: &Call, token: &Secret) -> Result<(), AuthError> {
        let hash = hash_of(token)?;
        retry_stale(TRIES, is_contended, || self.confirm_email_once(call, hash)).await
    }

    async fn confirm_email_once(&self, call: &Call, hash: TokenHash) -> Result<(), AuthError> {
        let source = &self.ports.source;
        let now = source.now();
        let (token, before) = self.ports.tokens.token(&hash).await?.ok_or(ProofError::TokenInvalid)?;
        token.check(Purpose::ConfirmEmail, &before, now)?;
        let address = token.address.ok_or(ProofError::TokenInvalid)?;
        self.evict(call, &address, before.id).await?;
        let old = before.email.clone();
        let user = before.move_to(address, now);
        let id = user.id;
        let secret = source.token();
        let undo = OneTimeToken::mint(secret.hash(), Purpose::UndoEmail, &user, now);
        let undo = OneTimeToken { address: Some(old.clone()), ..undo };
        let letter = Letter::EmailChanged { to: user.clone(), address: old, token: secret.to_secret() };
        let way_back = self.plan_link(call, undo, letter).await?;
        let commit = call
            .commit()
            .write(AuthWrite::Token(TokenWrite::Redeem { token: hash, at: now }))
            .write(AuthWrite::Token(TokenWrite::Void(id)))
            .write(AuthWrite::User(UserWrite::Save(user)))
            .emit(self.told(event::EMAIL_CHANGED, id))
            .record(call.entry(source, action::CONFIRM_EMAIL, Outcome::Success, None).on(id))
            .and(way_back);
        Ok(self.ports.store.commit(commit).await?)
    }
}
