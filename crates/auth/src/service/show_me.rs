use saaskit_kernel::{Principal, UserId};

use super::Auth;
use crate::{AuthError, ProofError, User, UserStatus};

impl Auth {
    /// The account of whoever asks.
    pub async fn me(&self, principal: &Principal) -> Result<User, AuthError> {
        let user = self.user(principal.user).await?;
        user.filter(|user| user.status == UserStatus::Active)
            .ok_or(AuthError::Proof(ProofError::Unauthenticated))
    }

    /// An account by its id, for stories.
    pub async fn user(&self, id: UserId) -> Result<Option<User>, AuthError> {
        Ok(self.ports.users.user(id).await?)
    }
}
