use std::time::Duration;

use saaskit_kernel::Commit;

use super::Auth;
use crate::write::{AttemptWrite, AuthWrite, SessionWrite, TokenWrite};
use crate::{Attempts, AuthError};

/// A session or a one-time token that is over is kept for so long.
const OVER: Duration = Duration::from_hours(24);

impl Auth {
    /// Removes some of what nobody asks for any more: sessions and one-time tokens that are over, and tries long
    /// ago. To be called now and then by any node.
    pub async fn sweep(&self) -> Result<(), AuthError> {
        let now = self.ports.source.now();
        let commit = Commit::new()
            .write(AuthWrite::Session(SessionWrite::Forget { before: now.minus(OVER) }))
            .write(AuthWrite::Token(TokenWrite::Forget { before: now.minus(OVER) }))
            .write(AuthWrite::Attempt(AttemptWrite::Forget { before: now.minus(Attempts::REMEMBERED) }));
        Ok(self.ports.store.commit(commit).await?)
    }
}
