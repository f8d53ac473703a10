use saaskit_kernel::{Call, Outcome, Principal};

use super::Auth;
use crate::write::{AuthWrite, SessionWrite};
use crate::{AuthError, News, action};

impl Auth {
    /// Ends the session of whoever asks: its tokens, and its cookie, are not believed any more.
    pub async fn log_out(&self, call: &Call, principal: &Principal) -> Result<(), AuthError> {
        let source = &self.ports.source;
        let at = source.now();
        let end = SessionWrite::End { session: principal.session, at };
        let entry = call.entry(source, action::LOG_OUT, Outcome::Success, None).on(principal.session);
        let commit = call.commit().write(AuthWrite::Session(end)).record(entry);
        self.commit_news(commit, &[News::SessionEnded(principal.session)]).await
    }
}
