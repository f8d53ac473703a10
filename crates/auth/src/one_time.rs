use std::time::Duration;

use saaskit_kernel::{Timestamp, TokenHash, UserId};

use crate::{AuthError, User};

/// A one-time token as it is stored: its secret is only a hash here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTimeToken {
    /// The secret's hash; a token is found by it.
    pub hash: TokenHash,
    /// What it is good for.
    pub purpose: Purpose,
    /// For whom.
    pub user: UserId,
    /// The user's epoch it was made under.
    pub epoch: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// Not good from then on.
    pub expires_at: Timestamp,
    /// It was used then.
    pub redeemed_at: Option<Timestamp>,
}

/// What a one-time token is good for. One made for one purpose is worthless for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Proves that its holder reads the user's mail.
    VerifyEmail,
}

impl Purpose {
    /// The word it is stored by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::VerifyEmail].into_iter().find(|purpose| purpose.as_str() == word)
    }

    /// How long a token of this purpose is good.
    pub const fn life(self) -> Duration {
        match self {
            Self::VerifyEmail => Duration::from_hours(24),
        }
    }
}

impl OneTimeToken {
    /// A token for that user, good from now on.
    pub fn mint(hash: TokenHash, purpose: Purpose, user: &User, at: Timestamp) -> Self {
        Self {
            hash,
            purpose,
            user: user.id,
            epoch: user.epoch,
            created_at: at,
            expires_at: at.plus(purpose.life()),
            redeemed_at: None,
        }
    }

    /// Whether it is good for `purpose` now, for that state of its user. All reasons against it look the same.
    pub fn check(&self, purpose: Purpose, user: &User, now: Timestamp) -> Result<(), AuthError> {
        let good = self.purpose == purpose
            && self.user == user.id
            && self.redeemed_at.is_none()
            && now < self.expires_at
            && user.accepts(self.epoch);
        if good { Ok(()) } else { Err(AuthError::TokenInvalid) }
    }
}
