use saaskit_kernel::Principal;

use super::Auth;
use crate::AuthError;
use crate::claims::{AccessClaims, TokenRefused};

impl Auth {
    /// Who bears that access token: no store is asked, but for a key that is not known yet.
    pub async fn authenticate(&self, token: &str) -> Result<Principal, AuthError> {
        let claims = match self.verify(token) {
            Err(TokenRefused::UnknownKey) if self.learn_keys_again().await => self.verify(token),
            verified => verified,
        };
        let claims = claims.map_err(|refused| match refused {
            TokenRefused::Expired => AuthError::Expired,
            TokenRefused::UnknownKey | TokenRefused::Invalid => AuthError::Unauthenticated,
        })?;
        if self.revocations.has(claims.session) {
            return Err(AuthError::Unauthenticated);
        }
        Ok(Principal {
            user: claims.user,
            session: claims.session,
            authenticated_at: claims.authenticated_at,
        })
    }

    fn verify(&self, token: &str) -> Result<AccessClaims, TokenRefused> {
        self.ports.signer.verify(token, self.ports.source.now())
    }
}
