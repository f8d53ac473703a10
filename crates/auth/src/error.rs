use saaskit_kernel::{Code, CommitError, ErrorKind, Fault, Guard, Invalid, PortError};

use crate::access::{
    GRANT_BEYOND_OWN, PERMISSION_MISSING, ROLE_FIXED, ROLE_NAME_TAKEN, ROLE_NOT_FOUND, ROLES_FULL,
};
use crate::{AccessError, Veto};

mod account;
mod proof;
mod sign_in;

pub use account::AccountError;
pub use proof::ProofError;
pub use sign_in::SignInError;

use account::{
    ALREADY_SET_UP, EMAIL_TAKEN, LAST_OPERATOR, OPERATORS_ONLY, OWN_ACCOUNT, SESSION_NOT_FOUND,
    STATUS_CONFLICT, USER_NOT_FOUND,
};
use proof::{REFRESH_INVALID, REFRESH_REUSED, TOKEN_EXPIRED, TOKEN_INVALID};
use sign_in::{ACCOUNT_DELETED, ACCOUNT_SUSPENDED, CREDENTIALS_INVALID, EMAIL_UNVERIFIED, TOO_MANY_TRIES};

/// Why auth refused.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// A field says something it can't say.
    #[error("some fields are not valid")]
    Invalid(Vec<(&'static str, Invalid)>),
    /// Nobody is let in like this.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// What was shown proves nothing, or not enough.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// It can't be done with this account.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// It is not allowed, or not with this role.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// What belongs to the account does not allow it.
    #[error(transparent)]
    Belongings(#[from] Veto),
    /// It was changed since it was looked at.
    #[error("it was changed since you looked at it")]
    Changed,
    /// Too much at once; nothing was done.
    #[error("too many sign-ins at once, try again shortly")]
    Busy(#[source] PortError),
    /// The same request, by its key, is being answered or was answered already.
    #[error("a request with this key was made before")]
    InFlight,
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
        USER_NOT_FOUND,
        STATUS_CONFLICT,
        LAST_OPERATOR,
        OWN_ACCOUNT,
        OPERATORS_ONLY,
        Code::PRECONDITION_FAILED,
        PERMISSION_MISSING,
        GRANT_BEYOND_OWN,
        ROLE_NOT_FOUND,
        ROLE_NAME_TAKEN,
        ROLE_FIXED,
        ROLES_FULL,
        TOO_MANY_TRIES,
        REFRESH_INVALID,
        REFRESH_REUSED,
        SESSION_NOT_FOUND,
        BUSY,
        Code::IN_FLIGHT,
        Code::STEP_UP_REQUIRED,
        Code::CONTENDED,
        Code::OUTCOME_UNKNOWN,
        Code::UNAVAILABLE,
        Code::INTERNAL,
    ];
}

const BUSY: Code = Code::unavailable("BUSY");

impl Fault for AuthError {
    fn code(&self) -> Code {
        match self {
            Self::Invalid(_) => Code::INVALID,
            Self::SignIn(error) => error.code(),
            Self::Proof(error) => error.code(),
            Self::Account(error) => error.code(),
            Self::Access(error) => error.code(),
            Self::Belongings(veto) => veto.fault().code(),
            Self::Changed => Code::PRECONDITION_FAILED,
            Self::Busy(_) => BUSY,
            Self::InFlight => Code::IN_FLIGHT,
            Self::Contended => Code::CONTENDED,
            Self::OutcomeUnknown => Code::OUTCOME_UNKNOWN,
            Self::Unavailable(_) => Code::UNAVAILABLE,
            Self::Internal(_) => Code::INTERNAL,
        }
    }

    fn fields(&self) -> Vec<(&'static str, Invalid)> {
        match self {
            Self::Invalid(fields) => fields.clone(),
            Self::Belongings(veto) => veto.fault().fields(),
            _ => Vec::new(),
        }
    }

    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::SignIn(SignInError::TooManyTries) | Self::OutcomeUnknown => Some(1),
            Self::Belongings(veto) => veto.fault().retry_after(),
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
            CommitError::Stale | CommitError::Refused(crate::write::ROTATE) => Self::Contended,
            CommitError::Duplicate(rule) if rule == crate::write::USER_EMAIL => {
                AccountError::EmailTaken.into()
            }
            CommitError::Duplicate(rule) if rule == crate::write::ROLE_NAME => {
                AccessError::RoleNameTaken.into()
            }
            CommitError::Refused(guard) if guard == crate::write::REDEEM => ProofError::TokenInvalid.into(),
            CommitError::Refused(guard) if guard == crate::write::SET_UP => AccountError::AlreadySetUp.into(),
            CommitError::Refused(guard) if guard == crate::write::LAST_OPERATOR => {
                AccountError::LastOperator.into()
            }
            CommitError::Refused(Guard::CLAIM) => Self::InFlight,
            CommitError::Unknown => Self::OutcomeUnknown,
            CommitError::Port(error) => error.into(),
            other => Self::Internal(Box::new(other)),
        }
    }
}
