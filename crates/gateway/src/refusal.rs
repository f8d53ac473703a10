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
    /// The credential was not believed, or could not be checked; in the words of who checked it.
    Credential(Box<dyn Fault>),
    /// There is nothing here for this caller.
    NotFound,
    /// A browser sent it for a page that is not ours.
    CrossSite,
    /// The limits can't be drawn right now.
    Unavailable(PortError),
}

impl Refusal {
    /// Every code of the door's own, for the catalogue.
    pub const CODES: &[Code] =
        &[RATE_LIMITED, Code::UNAUTHENTICATED, NOT_FOUND, CROSS_SITE, Code::UNAVAILABLE];
}

const RATE_LIMITED: Code = Code::limited("RATE_LIMITED");
const NOT_FOUND: Code = Code::not_found("NOT_FOUND");
const CROSS_SITE: Code = Code::forbidden("CROSS_SITE");

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Limited(_) => f.write_str("too many requests, try again later"),
            Self::Unauthenticated => f.write_str("a valid access token is needed"),
            Self::Credential(fault) => fault.fmt(f),
            Self::NotFound => f.write_str("there is nothing here"),
            Self::CrossSite => f.write_str("this form was not sent from our own page"),
            Self::Unavailable(_) => f.write_str("temporarily unavailable, try again shortly"),
        }
    }
}

impl Error for Refusal {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Credential(fault) => fault.source(),
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
            Self::Credential(fault) => fault.code(),
            Self::NotFound => NOT_FOUND,
            Self::CrossSite => CROSS_SITE,
            Self::Unavailable(_) => Code::UNAVAILABLE,
        }
    }

    fn fields(&self) -> Vec<(&'static str, Invalid)> {
        match self {
            Self::Credential(fault) => fault.fields(),
            _ => Vec::new(),
        }
    }

    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Limited(standing) => Some(standing.retry_after()),
            Self::Credential(fault) => fault.retry_after(),
            Self::Unavailable(error) => Some(error.retry_after_seconds()),
            _ => None,
        }
    }
}
