use std::time::Duration;

use saaskit_kernel::{Email, Timestamp, TokenHash, UserId};

use crate::{AuthError, PasswordHash, ProofError, User};

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
    /// The address it was mailed to, proves or brings back, where that may be another than the account's.
    pub address: Option<Email>,
    /// The password that counts once it is used on the browser that chose it, where it proves the address of a
    /// registration that came with one.
    pub password: Option<PasswordHash>,
}

/// What a one-time token is good for. One made for one purpose is worthless for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Proves that its holder reads the user's mail.
    VerifyEmail,
    /// Sets a new password.
    ResetPassword,
    /// Ends the lock of an account.
    Unlock,
    /// Proves that its holder reads the mail of an address the account is to have.
    ConfirmEmail,
    /// Brings back the address the account had.
    UndoEmail,
}

impl Purpose {
    const ALL: [Self; 5] =
        [Self::VerifyEmail, Self::ResetPassword, Self::Unlock, Self::ConfirmEmail, Self::UndoEmail];

    /// The word it is stored by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
            Self::Unlock => "unlock",
            Self::ConfirmEmail => "confirm_email",
            Self::UndoEmail => "undo_email",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == word)
    }

    /// How long a token of this purpose is good.
    pub const fn life(self) -> Duration {
        match self {
            Self::VerifyEmail | Self::Unlock | Self::ConfirmEmail => Duration::from_hours(24),
            Self::ResetPassword => Duration::from_hours(1),
            Self::UndoEmail => Duration::from_hours(7 * 24),
        }
    }

    /// Whether a token lives on beside later ones, and whatever else ends: a thief who changes an address twice, or
    /// the password, must not take away the owner's way back.
    pub const fn outlives_others(self) -> bool {
        matches!(self, Self::UndoEmail)
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
            address: None,
            password: None,
        }
    }

    /// A token that sets a new password, good while the account keeps the address it is mailed to.
    pub fn mint_reset(hash: TokenHash, user: &User, at: Timestamp) -> Self {
        Self { address: Some(user.email.clone()), ..Self::mint(hash, Purpose::ResetPassword, user, at) }
    }

    /// Whether it is good for `purpose` now, for that state of its user. All reasons against it look the same.
    pub fn check(&self, purpose: Purpose, user: &User, now: Timestamp) -> Result<(), AuthError> {
        let good = self.purpose == purpose
            && self.user == user.id
            && self.redeemed_at.is_none()
            && now < self.expires_at
            && (user.accepts(self.epoch) || self.purpose.outlives_others())
            && self.suits(user);
        if good { Ok(()) } else { Err(ProofError::TokenInvalid.into()) }
    }

    fn suits(&self, user: &User) -> bool {
        match self.purpose {
            Purpose::VerifyEmail => user.verified_at.is_none(),
            Purpose::ResetPassword => self.address.as_ref().is_none_or(|address| *address == user.email),
            Purpose::Unlock | Purpose::ConfirmEmail | Purpose::UndoEmail => true,
        }
    }
}
