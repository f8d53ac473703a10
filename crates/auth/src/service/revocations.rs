use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use saaskit_kernel::{SessionId, Timestamp};

use super::Auth;
use crate::{AuthError, Revocation};

/// The sessions whose tokens are not believed, though they look good: every one of the installation, for as
/// long as a token can live. Bounded by the sign-outs of that time.
#[derive(Debug, Default)]
pub(super) struct Revocations(RwLock<HashMap<SessionId, Timestamp>>);

impl Revocations {
    pub(super) fn add(&self, revocation: Revocation) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(revocation.session, revocation.until);
    }

    pub(super) fn has(&self, session: SessionId) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains_key(&session)
    }

    fn take_over(&self, live: Vec<Revocation>, now: Timestamp) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, until| *until >= now);
        known.extend(live.into_iter().map(|revocation| (revocation.session, revocation.until)));
    }
}

impl Auth {
    /// Learns the revocations of all nodes and forgets those whose time is over.
    pub(super) async fn learn_revocations(&self) -> Result<(), AuthError> {
        let now = self.ports.source.now();
        self.revocations.take_over(self.ports.sessions.revocations(now).await?, now);
        Ok(())
    }
}
