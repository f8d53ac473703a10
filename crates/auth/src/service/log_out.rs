use saaskit_kernel::{Call, Commit, Outcome, Principal};

use super::Auth;
use crate::claims::AccessClaims;
use crate::write::{AuthWrite, SessionWrite};
use crate::{AuthError, Revocation, action};

impl Auth {
    /// Ends the session of whoever asks: its tokens are not believed any more.
    pub async fn log_out(&self, call: &Call, principal: &Principal) -> Result<(), AuthError> {
        let source = &self.ports.source;
        let at = source.now();
        let until = at.plus(AccessClaims::LIFE).plus(AccessClaims::SKEW);
        let revocation = Revocation { session: principal.session, until };
        let end = SessionWrite::End { session: principal.session, at, until };
        let entry = call.entry(source, action::LOG_OUT, Outcome::Success, None).on(principal.session);
        self.ports.store.commit(Commit::new().write(AuthWrite::Session(end)).record(entry)).await?;
        self.revocations.add(revocation);
        Ok(())
    }
}
