use saaskit_kernel::{Call, Outcome, Principal, TenantId};

use super::Auth;
use crate::write::{AuthWrite, SessionWrite};
use crate::{AuthError, GoesOn, News, Session, action};

impl Auth {
    /// Has the session of whoever asks act in a workspace from now on, or in none. Whether they may enter it is for
    /// the caller to know. Gives what the session goes on by.
    pub async fn act_in(
        &self,
        call: &Call,
        principal: &Principal,
        tenant: Option<TenantId>,
    ) -> Result<GoesOn, AuthError> {
        let source = &self.ports.source;
        let (session, _) = self.own_session(principal, source.now()).await?;
        let (action, place) = match tenant {
            Some(tenant) => (action::ENTER_TENANT, Some(tenant)),
            None => (action::LEAVE_TENANT, session.tenant),
        };
        let commit = call
            .commit()
            .write(AuthWrite::Session(SessionWrite::Act { session: session.id, tenant }))
            .record(call.entry(source, action, Outcome::Success, place).on(session.id));
        let (commit, goes_on) = self.carry_on(&Session { tenant, ..session }, commit)?;
        self.commit_news(commit, &[News::SessionChanged(principal.session)]).await?;
        Ok(goes_on)
    }
}
