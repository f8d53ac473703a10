use saaskit_kernel::{Action, Call, Email, Outcome, UserId, retry_stale};
use serde_json::json;

use super::{Auth, TRIES, is_contended};
use crate::{AccountError, AuthError, News, User, UserStatus, action, event};

/// What is done to an account from the machine itself: what it makes of it, or why it can't.
struct Act {
    action: Action,
    event: &'static str,
    change: fn(User) -> Result<User, AuthError>,
}

const PROMOTE: Act = Act {
    action: action::PROMOTE_ADMIN,
    event: event::ADMIN_PROMOTED,
    change: |user| match (user.super_admin, user.status, user.verified_at) {
        (true, ..) => Ok(user),
        (false, UserStatus::Active, Some(_)) => Ok(user.promote()),
        (false, ..) => Err(AccountError::StatusConflict.into()),
    },
};
const DEMOTE: Act = Act {
    action: action::DEMOTE_ADMIN,
    event: event::ADMIN_DEMOTED,
    change: |user| Ok(if user.super_admin { user.demote() } else { user }),
};

impl Auth {
    /// Makes an account operate the installation, from the machine itself. It must be in use and its address proved:
    /// nobody knows whose it is otherwise. It is signed out everywhere.
    pub async fn promote_admin(&self, call: &Call, email: &str) -> Result<UserId, AuthError> {
        self.appoint(call, email, &PROMOTE).await
    }

    /// Takes operating the installation from an account, from the machine itself, unless nobody else does. It is
    /// signed out everywhere.
    pub async fn demote_admin(&self, call: &Call, email: &str) -> Result<UserId, AuthError> {
        self.appoint(call, email, &DEMOTE).await
    }

    async fn appoint(&self, call: &Call, email: &str, act: &Act) -> Result<UserId, AuthError> {
        let email = Email::parse(email).map_err(|fault| AuthError::Invalid(vec![("email", fault)]))?;
        self.keep_installation().await?;
        retry_stale(TRIES, is_contended, || self.appoint_once(call, &email, act)).await
    }

    async fn appoint_once(&self, call: &Call, email: &Email, act: &Act) -> Result<UserId, AuthError> {
        let before = self.ports.users.user_by_email(email).await?.ok_or(AccountError::UserNotFound)?;
        let (id, after) = (before.id, (act.change)(before.clone())?);
        if after == before {
            return Ok(id);
        }
        let shown = |user: &User| json!({ "super_admin": user.super_admin });
        let entry = call.entry(&self.ports.source, act.action, Outcome::Success, None).on(id);
        let entry = entry.changing(shown(&before), shown(&after));
        let commit = call.commit().record(entry).emit(self.told(act.event, id));
        let commit = self.saving(call, commit, &before, &after).await?;
        self.commit_news(commit, &[News::UserEpoch(id, after.epoch)]).await?;
        Ok(id)
    }
}
