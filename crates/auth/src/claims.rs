use std::time::Duration;

use saaskit_kernel::{SessionId, TenantId, Timestamp, UserId};

/// What an access token says (RFC 9068).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessClaims {
    /// `sub`: the user.
    pub user: UserId,
    /// `sid`: the session.
    pub session: SessionId,
    /// `ep`: the user's epoch it was made under.
    pub epoch: u32,
    /// `tid`: the workspace the session acts in, if in one.
    pub tenant: Option<TenantId>,
    /// `iat`, in whole seconds.
    pub issued_at: Timestamp,
    /// `exp`, in whole seconds.
    pub expires_at: Timestamp,
    /// `auth_time`: when the user proved who they are, in whole seconds.
    pub authenticated_at: Timestamp,
    /// `amr`: how.
    pub methods: Vec<String>,
    /// `jti`: names this one token.
    pub token_id: String,
}

impl AccessClaims {
    /// How long an access token is good.
    pub const LIFE: Duration = Duration::from_mins(15);
    /// How far the clocks of two nodes may disagree: a token may live that much longer for another node.
    pub const SKEW: Duration = Duration::from_mins(1);

    /// With a fifth of its life left, its bearer should ask for another.
    pub fn renew_from(&self) -> Timestamp {
        self.issued_at.plus(self.expires_at.since(self.issued_at) / 5 * 4)
    }
}

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefused {
    /// It was good once.
    #[error("the token has expired")]
    Expired,
    /// It names a key that is not known here; the keys may have been rotated.
    #[error("the token names an unknown key")]
    UnknownKey,
    /// Anything else.
    #[error("the token is not valid")]
    Invalid,
}
