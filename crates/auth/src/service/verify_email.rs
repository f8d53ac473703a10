use saaskit_kernel::{Call, Commit, Event, Outcome, Secret, Token, TokenHash, retry_stale};
use serde_json::json;

use super::{Auth, TRIES, is_contended};
use crate::write::{AuthWrite, TokenWrite, UserWrite};
use crate::{AuthError, Purpose, action, event};

impl Auth {
    /// Proves an address by the secret that was mailed to it; the secret is good once.
    pub async fn verify_email(&self, call: &Call, token: &Secret) -> Result<(), AuthError> {
        let hash = Token::parse(token.expose()).map_err(|_| AuthError::TokenInvalid)?.hash();
        retry_stale(TRIES, is_contended, || self.verify_email_once(call, hash)).await
    }

    async fn verify_email_once(&self, call: &Call, hash: TokenHash) -> Result<(), AuthError> {
        let (token, user) = self.ports.tokens.token(&hash).await?.ok_or(AuthError::TokenInvalid)?;
        let source = &self.ports.source;
        let now = source.now();
        token.check(Purpose::VerifyEmail, &user, now)?;
        let verified = Event {
            id: source.id(),
            name: event::EMAIL_VERIFIED,
            tenant: None,
            at: now,
            payload: json!({ "user": user.id }),
        };
        let entry = call.entry(source, action::VERIFY_EMAIL, Outcome::Success, None).on(user.id);
        let commit = Commit::new()
            .write(AuthWrite::Token(TokenWrite::Redeem { token: hash, at: now }))
            .write(AuthWrite::User(UserWrite::Save(user.verify(now))))
            .emit(verified)
            .record(entry);
        Ok(self.ports.store.commit(commit).await?)
    }
}
