use saaskit_kernel::{Code, ErrorKind, Fault, Invalid, PortError};

/// Why an object is not given or taken.
#[derive(Debug, thiserror::Error)]
pub enum ObjectFault {
    /// The URL is not what was signed, or not any more.
    #[error("this URL is not good, not for this, or not any more")]
    UrlRefused,
    /// What came is not what was said.
    #[error("the bytes are others than the URL was signed for")]
    BodyRefused(#[source] PortError),
    /// There is nothing of the object in that range.
    #[error("the range is outside of the object")]
    RangeOutside,
    /// The storage failed.
    #[error("the object can't be reached right now")]
    Storage(#[source] PortError),
}

const SIGNED_URL_REFUSED: Code = Code::forbidden("SIGNED_URL_REFUSED");
const UPLOAD_REFUSED: Code = Code::validation("UPLOAD_REFUSED");
pub(crate) const RANGE_OUTSIDE: Code = Code::malformed("RANGE_OUTSIDE");

impl ObjectFault {
    /// Every code, for the catalogue.
    pub const CODES: &[Code] = &[SIGNED_URL_REFUSED, UPLOAD_REFUSED, RANGE_OUTSIDE, Code::UNAVAILABLE];

    /// What a failed put means for whoever sent the bytes.
    pub(super) fn of_upload(error: PortError) -> Self {
        if error.kind() == ErrorKind::Invalid { Self::BodyRefused(error) } else { Self::Storage(error) }
    }
}

impl Fault for ObjectFault {
    fn code(&self) -> Code {
        match self {
            Self::UrlRefused => SIGNED_URL_REFUSED,
            Self::BodyRefused(_) => UPLOAD_REFUSED,
            Self::RangeOutside => RANGE_OUTSIDE,
            Self::Storage(_) => Code::UNAVAILABLE,
        }
    }

    fn fields(&self) -> Vec<(&'static str, Invalid)> {
        Vec::new()
    }

    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Storage(error) => Some(error.retry_after_seconds()),
            _ => None,
        }
    }
}
