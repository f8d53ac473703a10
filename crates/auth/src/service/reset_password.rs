use saaskit_kernel::{Call, Outcome, Secret, TokenHash, retry_stale};

use super::account::hash_of;
use super::{Auth, TRIES, is_contended};
use crate::port::Letter;
use crate::write::{AuthWrite, TokenWrite, UserWrite};
use crate::{AuthError, News, PasswordHash, ProofError, Purpose, User, action, event};

impl Auth {
    /// Sets a new password by the secret that was mailed, which proves the address too. It signs nobody in and
    /// everybody out, voids what else was mailed, and ends locks. A password that is refused leaves the secret good.
    pub async fn reset_password(
        &self,
        call: &Call,
        token: &Secret,
        password: &Secret,
    ) -> Result<(), AuthError> {
        let hash = hash_of(token)?;
        let user = self.resettable(&hash).await?;
        let password = self.read_password(&user, password).await?;
        let password = self.ports.hasher.hash(&password).await?;
        retry_stale(TRIES, is_contended, || self.reset_password_once(call, hash, &password)).await
    }

    async fn resettable(&self, hash: &TokenHash) -> Result<User, AuthError> {
        let (token, user) = self.ports.tokens.token(hash).await?.ok_or(ProofError::TokenInvalid)?;
        token.check(Purpose::ResetPassword, &user, self.ports.source.now())?;
        Ok(user)
    }

    async fn reset_password_once(
        &self,
        call: &Call,
        hash: TokenHash,
        password: &PasswordHash,
    ) -> Result<(), AuthError> {
        let source = &self.ports.source;
        let now = source.now();
        let user = self.resettable(&hash).await?.verify(now).renew(Some(password.clone()));
        let (id, epoch) = (user.id, user.epoch);
        let letter = self.ports.letters.plan(call, Letter::PasswordChanged { to: user.clone() }).await?;
        let commit = call
            .commit()
            .write(AuthWrite::Token(TokenWrite::Redeem { token: hash, at: now }))
            .write(AuthWrite::Token(TokenWrite::Void(id)))
            .write(AuthWrite::Attempt(self.clearing_attempts(&user)?))
            .write(AuthWrite::User(UserWrite::Save(user)))
            .emit(self.told(event::PASSWORD_RESET, id))
            .record(call.entry(source, action::RESET_PASSWORD, Outcome::Success, None).on(id))
            .and(letter);
        self.commit_news(commit, &[News::UserEpoch(id, epoch)]).await
    }
}
