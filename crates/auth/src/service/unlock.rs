use saaskit_kernel::{Call, Outcome, Secret, TokenHash, retry_stale};

use super::account::hash_of;
use super::{Auth, TRIES, is_contended};
use crate::write::{AttemptWrite, AuthWrite, TokenWrite};
use crate::{AuthError, DeviceToken, ProofError, Purpose, action, event};

impl Auth {
    /// Ends the lock of an account by the secret that was mailed to its owner: everywhere, and on the browser it is
    /// opened with. A password that is disabled stays so until it is reset.
    pub async fn unlock(
        &self,
        call: &Call,
        token: &Secret,
        device: Option<&DeviceToken>,
    ) -> Result<(), AuthError> {
        let hash = hash_of(token)?;
        retry_stale(TRIES, is_contended, || self.unlock_once(call, hash, device)).await
    }

    async fn unlock_once(
        &self,
        call: &Call,
        hash: TokenHash,
        device: Option<&DeviceToken>,
    ) -> Result<(), AuthError> {
        let (token, user) = self.ports.tokens.token(&hash).await?.ok_or(ProofError::TokenInvalid)?;
        let source = &self.ports.source;
        let at = source.now();
        token.check(Purpose::Unlock, &user, at)?;
        let counter = self.counter(&user.email, Some(&user), device)?;
        let own = (counter.key != counter.account).then_some(counter.key);
        let mut commit = call
            .commit()
            .write(AuthWrite::Token(TokenWrite::Redeem { token: hash, at }))
            .emit(self.told(event::ACCOUNT_UNLOCKED, user.id))
            .record(call.entry(source, action::UNLOCK, Outcome::Success, None).on(user.id));
        for key in [Some(counter.account), own].into_iter().flatten() {
            let locked = self.ports.attempts.attempts(&key).await?;
            if let Some(unlocked) = locked.and_then(|attempts| attempts.unlock()) {
                commit = commit.write(AuthWrite::Attempt(AttemptWrite::Save(unlocked)));
            }
        }
        Ok(self.ports.store.commit(commit).await?)
    }
}
