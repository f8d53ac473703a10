use saaskit_kernel::{Call, Outcome, Secret, TokenHash, retry_stale};

use super::account::hash_of;
use super::{Auth, TRIES, is_contended};
use crate::write::{AuthWrite, TokenWrite, UserWrite};
use crate::{
    AuthError, News, OneTimeToken, PasswordHash, ProofError, Purpose, RegistrationProof, User, action, event,
};

/// What came of proving an address.
#[derive(Debug, Clone)]
pub enum Verified {
    /// Its owner signs in with the password that was chosen.
    WithPassword,
    /// No password counts: who reads the mail is not known to have chosen one.
    WithoutPassword {
        /// What a reset takes to set one.
        token: Secret,
    },
}

impl Auth {
    /// Proves an address by the secret that was mailed to it; the secret is good once. The password it was registered
    /// with counts only where the browser shows that it was chosen there: who opens the link of a stranger's
    /// registration must not give the stranger an account.
    pub async fn verify_email(
        &self,
        call: &Call,
        token: &Secret,
        proof: Option<&RegistrationProof>,
    ) -> Result<Verified, AuthError> {
        let hash = hash_of(token)?;
        retry_stale(TRIES, is_contended, || self.verify_email_once(call, hash, proof)).await
    }

    async fn verify_email_once(
        &self,
        call: &Call,
        hash: TokenHash,
        proof: Option<&RegistrationProof>,
    ) -> Result<Verified, AuthError> {
        let (token, user) = self.ports.tokens.token(&hash).await?.ok_or(ProofError::TokenInvalid)?;
        let source = &self.ports.source;
        let now = source.now();
        token.check(Purpose::VerifyEmail, &user, now)?;
        let (id, epoch) = (user.id, user.epoch);
        let password = self.chosen(&user, token.password, proof)?;
        let has_password = password.is_some();
        let proved = user.prove(password, now);
        let news: &[News] = if proved.epoch == epoch { &[] } else { &[News::UserEpoch(id, proved.epoch)] };
        let (others, verified) = if has_password {
            (TokenWrite::Void(id), Verified::WithPassword)
        } else {
            // The new epoch ends what else was mailed.
            let secret = source.token();
            let reset = OneTimeToken::mint_reset(secret.hash(), &proved, now);
            (TokenWrite::Mint(reset), Verified::WithoutPassword { token: secret.to_secret() })
        };
        let commit = call
            .commit()
            .write(AuthWrite::Token(TokenWrite::Redeem { token: hash, at: now }))
            .write(AuthWrite::Token(others))
            .write(AuthWrite::User(UserWrite::Save(proved)))
            .emit(self.told(event::EMAIL_VERIFIED, id))
            .record(call.entry(source, action::VERIFY_EMAIL, Outcome::Success, None).on(id));
        self.commit_news(commit, news).await?;
        Ok(verified)
    }

    /// That password, if it was chosen for that user where the proof was kept.
    pub(super) fn chosen(
        &self,
        user: &User,
        password: Option<PasswordHash>,
        proof: Option<&RegistrationProof>,
    ) -> Result<Option<PasswordHash>, AuthError> {
        let (Some(password), Some(proof)) = (password, proof) else { return Ok(None) };
        let is_theirs = RegistrationProof::of(&self.installation()?, &user.email, &password) == *proof;
        Ok(is_theirs.then_some(password))
    }
}
