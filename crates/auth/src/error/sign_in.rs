use saaskit_kernel::Code;

/// Why somebody may not sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// Wrong address or wrong password: which, is not told.
    #[error("the e-mail address or the password is wrong")]
    CredentialsInvalid,
    /// The password was right and the address is not proved.
    #[error("the e-mail address is not verified yet")]
    Unverified,
    /// The password was right and an operator said no.
    #[error("this account is suspended")]
    Suspended,
    /// The password was right and the account was deleted.
    #[error("this account was deleted")]
    Deleted,
    /// As many passwords of one account as may be are being tested.
    #[error("too many tries for this account at once, try again shortly")]
    TooManyTries,
}

impl SignInError {
    pub(super) const fn code(self) -> Code {
        match self {
            Self::CredentialsInvalid => CREDENTIALS_INVALID,
            Self::Unverified => EMAIL_UNVERIFIED,
            Self::Suspended => ACCOUNT_SUSPENDED,
            Self::Deleted => ACCOUNT_DELETED,
            Self::TooManyTries => TOO_MANY_TRIES,
        }
    }
}

pub(super) const CREDENTIALS_INVALID: Code = Code::unauthenticated("CREDENTIALS_INVALID");
pub(super) const EMAIL_UNVERIFIED: Code = Code::forbidden("EMAIL_UNVERIFIED");
pub(super) const ACCOUNT_SUSPENDED: Code = Code::forbidden("ACCOUNT_SUSPENDED");
pub(super) const ACCOUNT_DELETED: Code = Code::forbidden("ACCOUNT_DELETED");
pub(super) const TOO_MANY_TRIES: Code = Code::limited("TOO_MANY_TRIES");
