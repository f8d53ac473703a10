use async_trait::async_trait;
use saaskit_auth::port::Tokens;
use saaskit_auth::write::{REDEEM, TokenWrite};
use saaskit_auth::{OneTimeToken, User};
use saaskit_kernel::{CommitError, PortError, TokenHash};

use super::{AuthState, MOST_FORGOTTEN};
use crate::MemoryStore;
use crate::store::insert_new;

impl AuthState {
    pub(super) fn token(&mut self, write: TokenWrite) -> Result<(), CommitError> {
        match write {
            TokenWrite::Mint(token) => {
                self.tokens.retain(|_, old| {
                    old.purpose.outlives_others() || (old.user, old.purpose) != (token.user, token.purpose)
                });
                return insert_new(&mut self.tokens, *token.hash.as_bytes(), token);
            }
            TokenWrite::Redeem { token, at } => {
                let token = self.tokens.get_mut(token.as_bytes());
                let good = token.filter(|token| token.redeemed_at.is_none() && at < token.expires_at);
                good.ok_or(CommitError::Refused(REDEEM))?.redeemed_at = Some(at);
            }
            TokenWrite::Void(user) => {
                self.tokens.retain(|_, token| token.user != user || token.purpose.outlives_others());
            }
            TokenWrite::VoidBackTo { user, at } => self.tokens.retain(|_, token| {
                let stays = token.purpose.outlives_others() && token.created_at < at;
                token.user != user || stays
            }),
            TokenWrite::Erase(user) => self.tokens.retain(|_, token| token.user != user),
            TokenWrite::Forget { before } => {
                let over = self.tokens.extract_if(.., |_, token| token.expires_at < before);
                over.take(MOST_FORGOTTEN).for_each(drop);
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Tokens for MemoryStore {
    async fn token(&self, hash: &TokenHash) -> Result<Option<(OneTimeToken, User)>, PortError> {
        let auth = &self.state().auth;
        let token = auth.tokens.get(hash.as_bytes());
        let with_user = token.and_then(|token| Some((token, auth.users.get(&token.user)?)));
        Ok(with_user.map(|(token, user)| (token.clone(), user.clone())))
    }
}
