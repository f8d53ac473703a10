use saaskit_kernel::{Call, Commit, Outcome, Principal, SessionId};

use super::Auth;
use crate::write::{AuthWrite, SessionWrite};
use crate::{AuthError, News, action};

impl Auth {
    /// Ends the session of whoever asks: its tokens, and its cookie, are not believed any more.
    pub async fn log_out(&self, call: &Call, principal: &Principal) -> Result<(), AuthError> {
        let commit = self.logging_out(call, principal.session, call.commit());
        self.commit_news(commit, &[News::SessionEnded(principal.session)]).await
    }

    /// Adds the end of a session that its user gives up.
    pub(super) fn logging_out(&self, call: &Call, session: SessionId, commit: Commit) -> Commit {
        let source = &self.ports.source;
        let end = SessionWrite::End { session, at: source.now() };
        let entry = call.entry(source, action::LOG_OUT, Outcome::Success, None).on(session);
        commit.write(AuthWrite::Session(end)).record(entry)
    }
}
