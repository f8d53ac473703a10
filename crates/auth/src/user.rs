use saaskit_kernel::{Email, Name, Timestamp, UserId, Version};

use crate::{AuthError, PasswordHash};

/// A person with an account, one per installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// The address it signs in with; unique by its normal form.
    pub email: Email,
    /// What the person is called.
    pub name: Option<Name>,
    /// The password's hash, if it signs in with one.
    pub password: Option<PasswordHash>,
    /// When the address was proved.
    pub verified_at: Option<Timestamp>,
    /// Whether the account may be used.
    pub status: UserStatus,
    /// Whether it operates the installation.
    pub super_admin: bool,
    /// Counts what ends every session and token at once. What was made under an earlier epoch is over.
    pub epoch: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// The version it was read with.
    pub version: Version,
}

/// Whether an account may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UserStatus {
    /// It may.
    Active,
    /// An operator said no for now.
    Suspended,
    /// It was deleted and can still be restored.
    Deleted,
}

impl UserStatus {
    /// The word it is stored and shown by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Deleted => "deleted",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Active, Self::Suspended, Self::Deleted].into_iter().find(|status| status.as_str() == word)
    }
}

impl User {
    /// A new account, its address not proved yet.
    pub fn register(
        id: UserId,
        email: Email,
        name: Option<Name>,
        password: PasswordHash,
        at: Timestamp,
    ) -> Self {
        Self {
            id,
            email,
            name,
            password: Some(password),
            verified_at: None,
            status: UserStatus::Active,
            super_admin: false,
            epoch: 0,
            created_at: at,
            version: Version::NEW,
        }
    }

    /// A new account of whoever operates the installation; whoever makes it answers for the address.
    pub fn operator(
        id: UserId,
        email: Email,
        name: Option<Name>,
        password: PasswordHash,
        at: Timestamp,
    ) -> Self {
        Self { verified_at: Some(at), super_admin: true, ..Self::register(id, email, name, password, at) }
    }

    /// The same user with its address proved.
    #[must_use]
    pub fn verify(self, at: Timestamp) -> Self {
        Self { verified_at: self.verified_at.or(Some(at)), ..self }
    }

    /// Whether it may sign in, asked only after the password was right.
    pub fn may_sign_in(&self) -> Result<(), AuthError> {
        match (self.status, self.verified_at) {
            (UserStatus::Suspended, _) => Err(AuthError::Suspended),
            (UserStatus::Deleted, _) => Err(AuthError::Deleted),
            (UserStatus::Active, None) => Err(AuthError::Unverified),
            (UserStatus::Active, Some(_)) => Ok(()),
        }
    }

    /// Whether what was made under `epoch` still counts.
    pub fn accepts(&self, epoch: u32) -> bool {
        self.status == UserStatus::Active && self.epoch == epoch
    }
}
