use std::borrow::Cow;
use std::time::Duration;

use saaskit_kernel::{SessionId, Signal, TenantId, Timestamp, UserId};

use crate::claims::AccessClaims;

/// What every node has to learn at once: said by a signal, and looked up on every request without asking a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// The session is over before its access tokens are.
    SessionEnded(SessionId),
    /// The session acts elsewhere, or was proved again.
    SessionChanged(SessionId),
    /// What was made for the user under an earlier epoch is over.
    UserEpoch(UserId, u32),
    /// Roles of the installation, or of a workspace, allow something else.
    RolesChanged(Option<TenantId>),
    /// A user has other roles.
    AssignmentChanged(UserId),
}

const SESSION_ENDED: &str = "auth.session_ended";
const SESSION_CHANGED: &str = "auth.session_changed";
const USER_EPOCH: &str = "auth.user_epoch";
const ROLES_CHANGED: &str = "auth.roles_changed";
const ASSIGNMENT_CHANGED: &str = "auth.assignment_changed";

/// Longer than anything an old answer is remembered for: access tokens, cookies, roles.
const REMEMBERED: Duration = Duration::from_secs(AccessClaims::LIFE.as_secs() + AccessClaims::SKEW.as_secs());

impl News {
    /// As a commit carries it.
    pub fn signal(self, at: Timestamp) -> Signal {
        let (name, subject, number) = match self {
            Self::SessionEnded(session) => (SESSION_ENDED, session.to_string(), 0),
            Self::SessionChanged(session) => (SESSION_CHANGED, session.to_string(), 0),
            Self::UserEpoch(user, epoch) => (USER_EPOCH, user.to_string(), u64::from(epoch)),
            Self::RolesChanged(tenant) => {
                (ROLES_CHANGED, tenant.map(|tenant| tenant.to_string()).unwrap_or_default(), 0)
            }
            Self::AssignmentChanged(user) => (ASSIGNMENT_CHANGED, user.to_string(), 0),
        };
        Signal { name: Cow::Borrowed(name), subject, number, until: at.plus(REMEMBERED) }
    }

    /// Reads a signal; `None` for what is not auth's.
    pub fn read(signal: &Signal) -> Option<Self> {
        let subject = signal.subject.as_str();
        match signal.name.as_ref() {
            SESSION_ENDED => subject.parse().ok().map(Self::SessionEnded),
            SESSION_CHANGED => subject.parse().ok().map(Self::SessionChanged),
            USER_EPOCH => Some(Self::UserEpoch(subject.parse().ok()?, u32::try_from(signal.number).ok()?)),
            ROLES_CHANGED if subject.is_empty() => Some(Self::RolesChanged(None)),
            ROLES_CHANGED => subject.parse().ok().map(|tenant| Self::RolesChanged(Some(tenant))),
            ASSIGNMENT_CHANGED => subject.parse().ok().map(Self::AssignmentChanged),
            _ => None,
        }
    }
}
