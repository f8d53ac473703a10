use std::error::Error;
use std::fmt;

use saaskit_kernel::{Code, Fault, Invalid, PortError};

use crate::Standing;

/// Why the door stayed shut.
#[derive(Debug)]
pub enum Refusal {
    /// Too much of it.
    Limited(Standing),
    /// There is no credential, and one is needed.
    Unauthenticated,
    /// There are two credentials of one sort.
    Ambiguous,
    /// The credential was not believed or not enough, or could not be checked; in the words of who checked it.
    Credential(Box<dyn Fault>),
    /// It can't act in the workspace it names; in the words of who checked that.
    Tenant(Box<dyn Fault>),
    /// There is nothing here for this caller.
    NotFound,
    /// A browser sent it for a page that is not ours.
    CrossSite,
    /// A browser sent it without the proof that a page of ours asked for it.
    CsrfTokenInvalid,
    /// This permission is needed and not held.
    PermissionMissing(&'static str),
    /// It was sent before, by its key, or the key is none.
    Repeated(Repeated),
    /// What the door needs is not there right now.
    Unavailable(PortError),
}

/// Why a request that names itself by a key is not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Repeated {
    /// The key can't be one.
    #[error("an idempotency key has 1 to 255 visible ASCII characters")]
    KeyInvalid,
    /// The same key named another request.
    #[error("this idempotency key was used for another request")]
    KeyReused,
    /// The first one is being answered.
    #[error("this request is being answered, try again shortly")]
    InFlight,
    /// The first one had its effect, and its answer was lost.
    #[error("this request was carried out, and what came of it is not known; look before you send another")]
    ResultUnknown,
    /// The first one had its effect, and its answer holds a secret.
    #[error("this request was carried out; its answer holds a secret and is not given twice")]
    AnswerNotKept,
}

impl Refusal {
    /// Every code of the door's own, for the catalogue.
    pub const CODES: &[Code] = &[
        RATE_LIMITED,
        Code::UNAUTHENTICATED,
        CREDENTIALS_AMBIGUOUS,
        NOT_FOUND,
        CROSS_SITE,
        CSRF_TOKEN_INVALID,
        PERMISSION_MISSING,
        IDEMPOTENCY_KEY_INVALID,
        IDEMPOTENCY_KEY_REUSED,
        Code::IN_FLIGHT,
        RESULT_UNKNOWN,
        ANSWER_NOT_KEPT,
        Code::UNAVAILABLE,
    ];
}

const RATE_LIMITED: Code = Code::limited("RATE_LIMITED");
const CREDENTIALS_AMBIGUOUS: Code = Code::malformed("CREDENTIALS_AMBIGUOUS");
const NOT_FOUND: Code = Code::not_found("NOT_FOUND");
const CROSS_SITE: Code = Code::forbidden("CROSS_SITE");
const CSRF_TOKEN_INVALID: Code = Code::forbidden("CSRF_TOKEN_INVALID");
const PERMISSION_MISSING: Code = Code::forbidden("PERMISSION_MISSING");
const IDEMPOTENCY_KEY_INVALID: Code = Code::malformed("IDEMPOTENCY_KEY_INVALID");
const IDEMPOTENCY_KEY_REUSED: Code = Code::validation("IDEMPOTENCY_KEY_REUSED");
const RESULT_UNKNOWN: Code = Code::conflict("RESULT_UNKNOWN");
const ANSWER_NOT_KEPT: Code = Code::conflict("ANSWER_NOT_KEPT");

impl Repeated {
    const fn code(self) -> Code {
        match self {
            Self::KeyInvalid => IDEMPOTENCY_KEY_INVALID,
            Self::KeyReused => IDEMPOTENCY_KEY_REUSED,
            Self::InFlight => Code::IN_FLIGHT,
            Self::ResultUnknown => RESULT_UNKNOWN,
            Self::AnswerNotKept => ANSWER_NOT_KEPT,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Limited(_) => f.write_str("too many requests, try again later"),
            Self::Unauthenticated => f.write_str("a valid access token is needed"),
            Self::Ambiguous => f.write_str("there are two credentials of one sort"),
            Self::Credential(fault) | Self::Tenant(fault) => fault.fmt(f),
            Self::NotFound => f.write_str("there is nothing here"),
            Self::CrossSite => f.write_str("this was not sent from a page of ours"),
            Self::CsrfTokenInvalid => f.write_str("a valid x-csrf-token is needed beside the session cookie"),
            Self::PermissionMissing(permission) => write!(f, "this needs the permission {permission}"),
            Self::Repeated(repeated) => repeated.fmt(f),
            Self::Unavailable(_) => f.write_str("temporarily unavailable, try again shortly"),
        }
    }
}

impl Error for Refusal {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Credential(fault) | Self::Tenant(fault) => fault.source(),
            Self::Unavailable(error) => Some(error),
            _ => None,
        }
    }
}

impl Fault for Refusal {
    fn code(&self) -> Code {
        match self {
            Self::Limited(_) => RATE_LIMITED,
            Self::Unauthenticated => Code::UNAUTHENTICATED,
            Self::Ambiguous => CREDENTIALS_AMBIGUOUS,
            Self::Credential(fault) | Self::Tenant(fault) => fault.code(),
            Self::NotFound => NOT_FOUND,
            Self::CrossSite => CROSS_SITE,
            Self::CsrfTokenInvalid => CSRF_TOKEN_INVALID,
            Self::PermissionMissing(_) => PERMISSION_MISSING,
            Self::Repeated(repeated) => repeated.code(),
            Self::Unavailable(_) => Code::UNAVAILABLE,
        }
    }

    fn fields(&self) -> Vec<(&'static str, Invalid)> {
        match self {
            Self::Credential(fault) | Self::Tenant(fault) => fault.fields(),
            _ => Vec::new(),
        }
    }

    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Limited(standing) => Some(standing.retry_after()),
            Self::Credential(fault) | Self::Tenant(fault) => fault.retry_after(),
            Self::Repeated(Repeated::InFlight) => Some(1),
            Self::Unavailable(error) => Some(error.retry_after_seconds()),
            _ => None,
        }
    }
}

impl From<Repeated> for Refusal {
    fn from(repeated: Repeated) -> Self {
        Self::Repeated(repeated)
    }
}
