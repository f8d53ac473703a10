use async_trait::async_trait;
use saaskit_auth::port::RefreshTokens;
use saaskit_auth::write::{ROTATE, RefreshWrite};
use saaskit_auth::{Presented, RefreshToken, Rotation};
use saaskit_kernel::{CommitError, PortError, TokenHash};

use super::AuthState;
use crate::MemoryStore;
use crate::store::insert_new;

impl AuthState {
    pub(super) fn refresh(&mut self, write: RefreshWrite) -> Result<(), CommitError> {
        match write {
            RefreshWrite::Begin(first) => self.insert_link(first),
            RefreshWrite::Rotate { shown, rotation, next } => {
                self.wipe_nonces(&next, &rotation);
                let shown = self.links.get_mut(shown.as_bytes()).filter(|link| link.rotation.is_none());
                shown.ok_or(CommitError::Refused(ROTATE))?.rotation = Some(rotation);
                self.insert_link(next)
            }
        }
    }

    fn insert_link(&mut self, link: RefreshToken) -> Result<(), CommitError> {
        match self.link(&link, link.number) {
            Some(_) => Err(CommitError::Stale),
            None => insert_new(&mut self.links, *link.hash.as_bytes(), link),
        }
    }

    /// The link of that number in the same chain.
    fn link(&self, of: &RefreshToken, number: u32) -> Option<&RefreshToken> {
        self.links.values().find(|link| (link.session, link.number) == (of.session, number))
    }

    /// Of earlier links of the session, when nobody may ask for their successors any more.
    fn wipe_nonces(&mut self, next: &RefreshToken, rotation: &Rotation) {
        let long_ago = rotation.at.minus(RefreshToken::LOST_ANSWER);
        let chain = self.links.values().filter(|link| link.session == next.session);
        let shown_long_ago =
            |link: &&RefreshToken| link.rotation.as_ref().is_some_and(|it| it.at <= long_ago);
        let settled: Vec<u32> = chain.filter(shown_long_ago).map(|link| link.number).collect();
        for link in self.links.values_mut().filter(|link| link.session == next.session) {
            if let Some(rotation) = link.rotation.as_mut().filter(|_| settled.contains(&(link.number + 1))) {
                rotation.nonce = None;
            }
        }
    }

    fn presented(&self, hash: &TokenHash) -> Option<Presented> {
        let token = self.links.get(hash.as_bytes())?.clone();
        let (session, user) = self.with_user(self.sessions.get(&token.session)?)?;
        let successor = self.link(&token, token.number + 1);
        let successor_shown_at =
            successor.and_then(|link| link.rotation.as_ref()).map(|rotation| rotation.at);
        Some(Presented { token, successor_shown_at, session, user })
    }
}

#[async_trait]
impl RefreshTokens for MemoryStore {
    async fn presented(&self, hash: &TokenHash) -> Result<Option<Presented>, PortError> {
        Ok(self.state().auth.presented(hash))
    }
}
