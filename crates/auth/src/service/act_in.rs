use saaskit_kernel::{Call, Outcome, Principal, TenantId};

use super::Auth;
use crate::write::{AuthWrite, SessionWrite};
use crate::{AccessToken, AuthError, News, Session, action};

impl Auth {
    /// Has the session of whoever asks act in a workspace from now on, or in none. Whether they may enter it is for
    /// the caller to know. Gives a fresh access token where tokens carry the session.
    pub async fn act_in(
        &self,
        call: &Call,
        principal: &Principal,
        tenant: Option<TenantId>,
    ) -> Result<Option<AccessToken>, AuthError> {
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
        self.commit_news(commit, &[News::SessionChanged(session.id)]).await?;
        self.renew_access(&Session { tenant, ..session })
    }
}
