use std::net::IpAddr;
use std::time::Duration;

use saaskit_kernel::{Agent, Call, SessionId, TenantId, Timestamp, TokenHash, UserId};

use crate::User;

/// One sign-in of a user on one client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    /// The user's epoch it was made under.
    pub epoch: u32,
    /// How the user proved who they are.
    pub method: Method,
    /// When.
    pub created_at: Timestamp,
    /// When the user last proved who they are.
    pub authenticated_at: Timestamp,
    /// When it was last heard of, within an hour.
    pub seen_at: Timestamp,
    /// It is over then, whatever happens.
    pub expires_at: Timestamp,
    /// It was ended then.
    pub ended_at: Option<Timestamp>,
    /// When its user was last warned that another client showed a link of it.
    pub warned_at: Option<Timestamp>,
    /// The workspace it acts in, if in one.
    pub tenant: Option<TenantId>,
    /// The hash of the browser cookie that carries it; without one, tokens do.
    pub cookie: Option<TokenHash>,
    /// The address it was started from.
    pub ip: Option<IpAddr>,
    /// The client it was started by.
    pub agent: Option<Agent>,
}

/// How a user proved who they are (the values of `amr`, RFC 8176).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// By password.
    Password,
}

impl Method {
    /// The word it is stored and shown by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "pwd",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Password].into_iter().find(|method| method.as_str() == word)
    }
}

impl Session {
    /// No session lasts longer.
    pub const ABSOLUTE_LIFE: Duration = Duration::from_hours(2160);
    /// One not heard of for so long is over.
    pub const IDLE_LIFE: Duration = Duration::from_hours(14 * 24);
    /// That it was heard of is written down at most so often.
    pub const SEEN_EVERY: Duration = Duration::from_hours(1);

    /// Its user is warned of it at most so often.
    pub const WARNED_EVERY: Duration = Duration::from_hours(24);

    /// Starts a session of a user who has just proved who they are.
    pub fn start(id: SessionId, user: &User, method: Method, call: &Call, at: Timestamp) -> Self {
        Self {
            id,
            user: user.id,
            epoch: user.epoch,
            method,
            created_at: at,
            authenticated_at: at,
            seen_at: at,
            expires_at: at.plus(Self::ABSOLUTE_LIFE),
            ended_at: None,
            warned_at: None,
            tenant: None,
            cookie: None,
            ip: call.ip,
            agent: call.agent.clone(),
        }
    }

    /// Whether it counts at that time, for that state of its user. One that tokens carry is heard of by its chain,
    /// which goes idle by itself.
    pub fn is_live(&self, user: &User, now: Timestamp) -> bool {
        let idle = self.cookie.is_some() && self.is_idle(now);
        self.ended_at.is_none() && now < self.expires_at && !idle && user.accepts(self.epoch)
    }

    /// Whether its user is to be warned of it: not if that was done a short while ago.
    pub fn deserves_warning(&self, now: Timestamp) -> bool {
        self.warned_at.is_none_or(|at| now.since(at) >= Self::WARNED_EVERY)
    }

    /// Whether it was not heard of for too long.
    pub fn is_idle(&self, now: Timestamp) -> bool {
        now.since(self.seen_at) >= Self::IDLE_LIFE
    }
}
