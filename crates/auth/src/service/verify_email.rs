use saaskit_kernel::{Call, Outcome, Secret, TokenHash, retry_stale};

use super::account::hash_of;
use super::{Auth, TRIES, is_contended};
use crate::write::{AuthWrite, TokenWrite, UserWrite};
use crate::{AuthError, News, ProofError, Purpose, action, event};

impl Auth {
    /// Proves an address by the secret that was mailed to it, and with it the password it was registered with when
    /// that mail was asked for; the secret is good once.
    pub async fn verify_email(&self, call: &Call, token: &Secret) -> Result<(), AuthError> {
        let hash = hash_of(token)?;
        retry_stale(TRIES, is_contended, || self.verify_email_once(call, hash)).await
    }

    async fn verify_email_once(&self, call: &Call, hash: TokenHash) -> Result<(), AuthError> {
        let (token, user) = self.ports.tokens.token(&hash).await?.ok_or(ProofError::TokenInvalid)?;
        let source = &self.ports.source;
        let now = source.now();
        token.check(Purpose::VerifyEmail, &user, now)?;
        let (id, epoch) = (user.id, user.epoch);
        let proved = user.prove(token.password, now);
        let news: &[News] = if proved.epoch == epoch { &[] } else { &[News::UserEpoch(id, proved.epoch)] };
        let commit = call
            .commit()
            .write(AuthWrite::Token(TokenWrite::Redeem { token: hash, at: now }))
            .write(AuthWrite::Token(TokenWrite::Void(id)))
            .write(AuthWrite::User(UserWrite::Save(proved)))
            .emit(self.told(event::EMAIL_VERIFIED, id))
            .record(call.entry(source, action::VERIFY_EMAIL, Outcome::Success, None).on(id));
        self.commit_news(commit, news).await
    }
}
