use std::time::Duration;

use saaskit_kernel::{Email, Locale, Name, Timestamp, UserId, Version};

use crate::{AuthError, PasswordHash, SignInError};

/// A person with an account, one per installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// The address it signs in with; unique by its normal form.
    pub email: Email,
    /// What the person is called.
    pub name: Option<Name>,
    /// The language the person is written to in.
    pub locale: Locale,
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
    /// When what is known of the person is erased, if its owner deleted it.
    pub erase_at: Option<Timestamp>,
    /// When an operator deleted it, if one did: from then on only an operator brings it back.
    pub barred_at: Option<Timestamp>,
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
    /// An account deleted by its owner can be restored for so long.
    pub const RESTORABLE: Duration = Duration::from_hours(30 * 24);

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
            locale: Locale::default(),
            password: Some(password),
            verified_at: None,
            status: UserStatus::Active,
            super_admin: false,
            epoch: 0,
            created_at: at,
            erase_at: None,
            barred_at: None,
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

    /// The same user with its address proved. The password counts that whoever proves it has chosen, if any: what
    /// was set or made before is over.
    #[must_use]
    pub fn prove(self, password: Option<PasswordHash>, at: Timestamp) -> Self {
        match password {
            Some(password) if self.password.as_ref() == Some(&password) => self.verify(at),
            password => self.verify(at).renew(password),
        }
    }

    /// The same user after somebody registered its address again before it was proved: whose it is, nobody knows, so
    /// that no password counts until a link that came with one is opened.
    #[must_use]
    pub fn contest(self, name: Option<Name>) -> Self {
        Self { name, ..self.renew(None) }
    }

    /// The same user with another password, or none; what was made before is over.
    #[must_use]
    pub fn renew(self, password: Option<PasswordHash>) -> Self {
        Self { password, ..self.leave_epoch() }
    }

    /// The same user taken over to operate the installation: what anybody set before is over.
    #[must_use]
    pub fn take_over(self, name: Option<Name>, password: PasswordHash, at: Timestamp) -> Self {
        Self { name, super_admin: true, ..self.verify(at).renew(Some(password)) }
    }

    /// The same user operating the installation, signed out everywhere.
    #[must_use]
    pub fn promote(self) -> Self {
        Self { super_admin: true, ..self.leave_epoch() }
    }

    /// The same user without operating the installation, signed out everywhere.
    #[must_use]
    pub fn demote(self) -> Self {
        Self { super_admin: false, ..self.leave_epoch() }
    }

    /// The same user at a proved address.
    #[must_use]
    pub fn move_to(self, email: Email, at: Timestamp) -> Self {
        Self { email, verified_at: Some(at), ..self }
    }

    /// The same user back at an address it had: whoever took it away may know the password, and may have deleted the
    /// account. What an operator did stays.
    #[must_use]
    pub fn move_back_to(self, email: Email, at: Timestamp) -> Self {
        let only_its_owner = self.erase_at.is_some() && self.barred_at.is_none();
        let (status, erase_at) =
            if only_its_owner { (UserStatus::Active, None) } else { (self.status, self.erase_at) };
        Self { status, erase_at, ..self.move_to(email, at).renew(None) }
    }

    /// The same user, not to be used for now.
    #[must_use]
    pub fn suspend(self) -> Self {
        Self { status: UserStatus::Suspended, ..self.leave_epoch() }
    }

    /// The same user, deleted; to be erased then, if at all.
    #[must_use]
    pub fn delete(self, erase_at: Option<Timestamp>) -> Self {
        Self { status: UserStatus::Deleted, erase_at, ..self.leave_epoch() }
    }

    /// The same user, deleted by an operator. What its owner asked to be erased still is.
    #[must_use]
    pub fn bar(self, at: Timestamp) -> Self {
        let barred_at = self.barred_at.or(Some(at));
        let deleted = if self.status == UserStatus::Deleted { self } else { self.delete(None) };
        Self { barred_at, ..deleted }
    }

    /// The same user, to be used again.
    #[must_use]
    pub fn reinstate(self) -> Self {
        Self { status: UserStatus::Active, erase_at: None, barred_at: None, ..self }
    }

    /// What stays when what is known of the person is erased.
    #[must_use]
    pub fn erase(self, nobody: Email) -> Self {
        Self {
            email: nobody,
            name: None,
            locale: Locale::default(),
            verified_at: None,
            super_admin: false,
            ..self.renew(None)
        }
    }

    /// Whether it is time to erase it, or it was erased: nobody restores it any more.
    pub fn is_erased(&self, now: Timestamp) -> bool {
        self.status == UserStatus::Deleted && self.erase_at.is_some_and(|at| at <= now)
    }

    /// Whether it operates the installation and may do so.
    pub fn operates(&self) -> bool {
        self.super_admin && self.status == UserStatus::Active
    }

    fn leave_epoch(self) -> Self {
        Self { epoch: self.epoch.saturating_add(1), ..self }
    }

    /// Whether it may sign in, asked only after the password was right.
    pub fn may_sign_in(&self) -> Result<(), AuthError> {
        match (self.status, self.verified_at) {
            (UserStatus::Suspended, _) => Err(SignInError::Suspended.into()),
            (UserStatus::Deleted, _) => Err(SignInError::Deleted.into()),
            (UserStatus::Active, None) => Err(SignInError::Unverified.into()),
            (UserStatus::Active, Some(_)) => Ok(()),
        }
    }

    /// Whether what was made under `epoch` still counts.
    pub fn accepts(&self, epoch: u32) -> bool {
        self.status == UserStatus::Active && self.epoch == epoch
    }
}
