use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use saaskit_kernel::{Commit, Principal, Remembered, Secret, SessionId, Timestamp, Token, TokenHash};

use super::Auth;
use crate::write::{AuthWrite, SessionWrite};
use crate::{AuthError, ProofError, Session};

/// Cookies that are remembered at most.
const MOST: usize = 65_536;

/// Whose the cookies are that were shown lately. Whether one of them is over, the revocations say.
#[derive(Debug)]
pub(super) struct Cookies(Remembered<[u8; 32], Arc<Shown>>);

/// A session as it was read by its cookie.
#[derive(Debug)]
struct Shown {
    session: Session,
    /// How much was heard before the read began: what was heard later may be about it.
    heard: u64,
    /// When it was last written down that it was heard of.
    seen_at: AtomicI64,
}

impl Default for Cookies {
    fn default() -> Self {
        Self(Remembered::with_capacity(MOST))
    }
}

impl Cookies {
    pub(super) fn sweep(&self, now: Timestamp) {
        self.0.sweep(now);
    }
}

impl Shown {
    /// Whether it is time to write down that it was heard of; only one of many at once is told so.
    fn is_news(&self, now: Timestamp) -> bool {
        let seen = self.seen_at.load(Ordering::Acquire);
        now.since(Timestamp::from_millis(seen)) >= Session::SEEN_EVERY
            && self.seen_at.compare_exchange(seen, now.millis(), Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }
}

impl Auth {
    /// Whose browser shows that session cookie. No store is asked for one that was shown lately while this node has
    /// heard what others did; otherwise it is looked up.
    pub async fn authenticate_cookie(&self, secret: &str) -> Result<Principal, AuthError> {
        let cookie = read(secret)?;
        let now = self.ports.source.now();
        let shown = self.session_carried_by(&cookie, now).await?;
        if shown.is_news(now) {
            self.write_seen(&shown.session, now).await;
        }
        let Session { id, user, authenticated_at, method, tenant, .. } = shown.session;
        let methods = vec![method.as_str().to_owned()];
        Ok(Principal {
            user,
            session: id,
            authenticated_at,
            methods,
            tenant,
            renew_from: None,
            cookie: Some(cookie),
        })
    }

    /// The live session of that session cookie.
    pub(super) async fn session_of_cookie(&self, secret: &Secret) -> Result<SessionId, AuthError> {
        let shown = self.session_carried_by(&read(secret.expose())?, self.ports.source.now()).await?;
        Ok(shown.session.id)
    }

    async fn session_carried_by(&self, cookie: &TokenHash, now: Timestamp) -> Result<Arc<Shown>, AuthError> {
        match self.remembered_session(cookie, now) {
            Some(shown) => Ok(shown),
            None => self.stored_session(cookie, now).await,
        }
    }

    fn remembered_session(&self, cookie: &TokenHash, now: Timestamp) -> Option<Arc<Shown>> {
        if !self.ports.freshness.is_fresh(now) {
            return None;
        }
        let shown = self.cookies.0.recall(cookie.as_bytes(), now)?;
        let Session { id, user, epoch, expires_at, .. } = shown.session;
        let doubtful = expires_at <= now
            || self.revocations.has(id, user, epoch)
            || self.revocations.changed_since(id, shown.heard);
        (!doubtful).then_some(shown)
    }

    async fn stored_session(&self, cookie: &TokenHash, now: Timestamp) -> Result<Arc<Shown>, AuthError> {
        let (begun, heard) = (self.cookies.0.begin(cookie.as_bytes()), self.revocations.heard());
        let found = self.ports.sessions.session_by_cookie(cookie).await?;
        let live = found.filter(|(session, user)| session.is_live(user, now));
        let (session, _) = live.ok_or(ProofError::Unauthenticated)?;
        let seen_at = AtomicI64::new(session.seen_at.millis());
        let shown = Arc::new(Shown { session, heard, seen_at });
        self.cookies.0.keep(begun, *cookie.as_bytes(), shown.clone(), now);
        Ok(shown)
    }

    /// Its request does not fail when this does.
    async fn write_seen(&self, session: &Session, at: Timestamp) {
        let see = AuthWrite::Session(SessionWrite::See { session: session.id, at });
        if let Err(error) = self.ports.store.commit(Commit::new().write(see)).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "a session's last use was not written down"
            );
        }
    }
}

fn read(secret: &str) -> Result<TokenHash, ProofError> {
    Ok(Token::parse(secret).map_err(|_| ProofError::Unauthenticated)?.hash())
}
