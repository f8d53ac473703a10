use saaskit_kernel::Principal;

use super::Auth;
use crate::claims::{AccessClaims, TokenRefused};
use crate::{AuthError, ProofError};

impl Auth {
    /// Who bears that access token. No store is asked while this node has heard lately what others did; otherwise
    /// the session is looked up: memory that may be wrong is never believed.
    pub async fn authenticate(&self, token: &str) -> Result<Principal, AuthError> {
        let claims = match self.verify(token) {
            Err(TokenRefused::UnknownKey) if self.learn_keys_again().await => self.verify(token),
            verified => verified,
        };
        let claims = claims.map_err(|refused| match refused {
            TokenRefused::Expired => AuthError::Proof(ProofError::Expired),
            TokenRefused::UnknownKey | TokenRefused::Invalid => AuthError::Proof(ProofError::Unauthenticated),
        })?;
        let AccessClaims { user, session, epoch, .. } = claims;
        if self.revocations.has(session, user, epoch) || !self.is_sure_of(&claims).await? {
            return Err(ProofError::Unauthenticated.into());
        }
        Ok(Principal {
            user,
            session,
            authenticated_at: claims.authenticated_at,
            renew_from: Some(claims.renew_from()),
            methods: claims.methods,
            tenant: claims.tenant,
            cookie: None,
        })
    }

    fn verify(&self, token: &str) -> Result<AccessClaims, TokenRefused> {
        self.ports.signer.verify(token, self.ports.source.now())
    }

    async fn is_sure_of(&self, claims: &AccessClaims) -> Result<bool, AuthError> {
        let now = self.ports.source.now();
        if self.ports.freshness.is_fresh(now) {
            return Ok(true);
        }
        let found = self.ports.sessions.session(claims.session).await?;
        Ok(found.is_some_and(|(session, user)| session.epoch == claims.epoch && session.is_live(&user, now)))
    }
}
