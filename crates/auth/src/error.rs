use saaskit_kernel::{Code, CommitError, ErrorKind, Fault, Invalid, PortError};

/// Why auth refused.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// A field says something it can't say.
    #[error("some fields are not valid")]
    Invalid(Vec<(&'static str, Invalid)>),
    /// The address already has an account; told only where the operator chose to.
    #[error("this e-mail address already has an account")]
    EmailTaken,
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
    /// A one-time token is unknown, used, over or for something else: which, is not told.
    #[error("the token is not valid or was already used")]
    TokenInvalid,
    /// There is no credential, or it is not believed.
    #[error("a valid access token is needed")]
    Unauthenticated,
    /// It was good once.
    #[error("the access token has expired")]
    Expired,
    /// There is an operator already.
    #[error("this installation is already set up")]
    AlreadySetUp,
    /// Too much at once; nothing was done.
    #[error("too many sign-ins at once, try again shortly")]
    Busy(#[source] PortError),
    /// Others were faster, again and again.
    #[error("the account was being changed, try again")]
    Contended,
    /// The store can't say whether it was done.
    #[error("the outcome is unknown, look before trying again")]
    OutcomeUnknown,
    /// Something needed is not there right now.
    #[error("temporarily unavailable, try again shortly")]
    Unavailable(#[source] PortError),
    /// A bug.
    #[error("something went wrong")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl AuthError {
    /// Every code, for the catalogue.
    pub const CODES: &[Code] = &[
        Code::INVALID,
        EMAIL_TAKEN,
        CREDENTIALS_INVALID,
        EMAIL_UNVERIFIED,
        ACCOUNT_SUSPENDED,
        ACCOUNT_DELETED,
        TOKEN_INVALID,
        Code::UNAUTHENTICATED,
        TOKEN_EXPIRED,
        ALREADY_SET_UP,
        BUSY,
        Code::CONTENDED,
        Code::OUTCOME_UNKNOWN,
        Code::UNAVAILABLE,
        Code::INTERNAL,
    ];
}

const EMAIL_TAKEN: Code = Code::conflict("EMAIL_TAKEN");
const CREDENTIALS_INVALID: Code = Code::unauthenticated("CREDENTIALS_INVALID");
const EMAIL_UNVERIFIED: Code = Code::forbidden("EMAIL_UNVERIFIED");
const ACCOUNT_SUSPENDED: Code = Code::forbidden("ACCOUNT_SUSPENDED");
const ACCOUNT_DELETED: Code = Code::forbidden("ACCOUNT_DELETED");
const TOKEN_INVALID: Code = Code::malformed("TOKEN_INVALID");
const TOKEN_EXPIRED: Code = Code::unauthenticated("TOKEN_EXPIRED");
const ALREADY_SET_UP: Code = Code::conflict("ALREADY_SET_UP");
const BUSY: Code = Code::unavailable("BUSY");

impl Fault for AuthError {
    fn code(&self) -> Code {
        match self {
            Self::Invalid(_) => Code::INVALID,
            Self::EmailTaken => EMAIL_TAKEN,
            Self::CredentialsInvalid => CREDENTIALS_INVALID,
            Self::Unverified => EMAIL_UNVERIFIED,
            Self::Suspended => ACCOUNT_SUSPENDED,
            Self::Deleted => ACCOUNT_DELETED,
            Self::TokenInvalid => TOKEN_INVALID,
            Self::Unauthenticated => Code::UNAUTHENTICATED,
            Self::Expired => TOKEN_EXPIRED,
            Self::AlreadySetUp => ALREADY_SET_UP,
            Self::Busy(_) => BUSY,
            Self::Contended => Code::CONTENDED,
            Self::OutcomeUnknown => Code::OUTCOME_UNKNOWN,
            Self::Unavailable(_) => Code::UNAVAILABLE,
            Self::Internal(_) => Code::INTERNAL,
        }
    }

    fn fields(&self) -> Vec<(&'static str, Invalid)> {
        match self {
            Self::Invalid(fields) => fields.clone(),
            _ => Vec::new(),
        }
    }

    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Busy(error) | Self::Unavailable(error) => Some(error.retry_after_seconds()),
            _ => None,
        }
    }
}

impl From<PortError> for AuthError {
    fn from(error: PortError) -> Self {
        match error.kind() {
            ErrorKind::Throttled => Self::Busy(error),
            _ if error.is_transient() => Self::Unavailable(error),
            _ => Self::Internal(Box::new(error)),
        }
    }
}

impl From<CommitError> for AuthError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Stale => Self::Contended,
            CommitError::Duplicate(rule) if rule == crate::write::USER_EMAIL => Self::EmailTaken,
            CommitError::Refused(guard) if guard == crate::write::REDEEM => Self::TokenInvalid,
            CommitError::Refused(guard) if guard == crate::write::SET_UP => Self::AlreadySetUp,
            CommitError::Unknown => Self::OutcomeUnknown,
            CommitError::Port(error) => error.into(),
            other => Self::Internal(Box::new(other)),
        }
    }
}
