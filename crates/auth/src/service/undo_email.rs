use saaskit_kernel::{Call, Outcome, Secret, TokenHash, retry_stale};

use super::account::hash_of;
use super::{Auth, TRIES, forgot_password, is_contended};
use crate::write::{AuthWrite, TokenWrite};
use crate::{AuthError, News, ProofError, Purpose, action, event};

impl Auth {
    /// Gives an account back an address it had, by the secret that was mailed there when it was changed. Whoever
    /// changed it may know the password, so that none counts until its owner sets another, by a link mailed there;
    /// and the ways back to what came after are gone.
    pub async fn undo_email(&self, call: &Call, token: &Secret) -> Result<(), AuthError> {
        let hash = hash_of(token)?;
        retry_stale(TRIES, is_contended, || self.undo_email_once(call, hash)).await
    }

    async fn undo_email_once(&self, call: &Call, hash: TokenHash) -> Result<(), AuthError> {
        let source = &self.ports.source;
        let now = source.now();
        let (token, before) = self.ports.tokens.token(&hash).await?.ok_or(ProofError::TokenInvalid)?;
        token.check(Purpose::UndoEmail, &before, now)?;
        let address = token.address.ok_or(ProofError::TokenInvalid)?;
        self.evict(call, &address, before.id).await?;
        let job = self.sealed_job(forgot_password::KIND, &address)?;
        let user = before.clone().move_back_to(address, now);
        let (id, epoch) = (user.id, user.epoch);
        let commit = call
            .commit()
            .write(AuthWrite::Token(TokenWrite::Redeem { token: hash, at: now }))
            .write(AuthWrite::Token(TokenWrite::VoidBackTo { user: id, at: token.created_at }))
            .enqueue(job)
            .emit(self.told(event::EMAIL_CHANGED, id))
            .record(call.entry(source, action::UNDO_EMAIL, Outcome::Success, None).on(id));
        let commit = self.saving(call, commit, &before, &user).await?;
        self.commit_news(commit, &[News::UserEpoch(id, epoch)]).await
    }
}
