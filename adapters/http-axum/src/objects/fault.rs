use saaskit_kernel::{Code, Fault, Invalid, PortError};

/// Why an object is not given or taken.
#[derive(Debug, thiserror::Error)]
pub enum ObjectFault {
    /// The URL is not what was signed, or not any more.
    #[error("this URL is not good, not for this, or not any more")]
    UrlRefused,
    /// What came is not what was said.
    #[error("the bytes are others than the URL was signed for")]
    BodyRefused(#[source] PortError),
    /// The bytes don't come, or too slowly.
    #[error("the bytes come too slowly")]
    UploadStalled,
    /// The same object is being uploaded.
    #[error("this object is being uploaded, try again shortly")]
    UploadInFlight,
    /// As many objects as one address may have are under way for this one.
    #[error("too many files are under way from here, wait until some of them are done")]
    TooManyOfOne,
    /// As many objects as we carry are under way.
    #[error("too many files are under way right now, try again shortly")]
    Busy,
    /// There is nothing of the object in that range.
    #[error("the range is outside of the object")]
    RangeOutside,
    /// The storage failed.
    #[error("the object can't be reached right now")]
    Storage(#[source] PortError),
}

const SIGNED_URL_REFUSED: Code = Code::forbidden("SIGNED_URL_REFUSED");
const UPLOAD_REFUSED: Code = Code::validation("UPLOAD_REFUSED");
const UPLOAD_IN_FLIGHT: Code = Code::conflict("UPLOAD_IN_FLIGHT");
const TRANSFERS_LIMITED: Code = Code::limited("TRANSFERS_LIMITED");
const TRANSFERS_BUSY: Code = Code::unavailable("TRANSFERS_BUSY");
pub(crate) const UPLOAD_STALLED: Code = Code::malformed("UPLOAD_STALLED");
pub(crate) const RANGE_OUTSIDE: Code = Code::malformed("RANGE_OUTSIDE");

/// Seconds after which something may have become free.
const BUSY_FOR: u64 = 5;

impl ObjectFault {
    /// Every code, for the catalogue.
    pub const CODES: &[Code] = &[
        SIGNED_URL_REFUSED,
        UPLOAD_REFUSED,
        UPLOAD_STALLED,
        UPLOAD_IN_FLIGHT,
        TRANSFERS_LIMITED,
        TRANSFERS_BUSY,
        RANGE_OUTSIDE,
        Code::UNAVAILABLE,
    ];
}

impl Fault for ObjectFault {
    fn code(&self) -> Code {
        match self {
            Self::UrlRefused => SIGNED_URL_REFUSED,
            Self::BodyRefused(_) => UPLOAD_REFUSED,
            Self::UploadStalled => UPLOAD_STALLED,
            Self::UploadInFlight => UPLOAD_IN_FLIGHT,
            Self::TooManyOfOne => TRANSFERS_LIMITED,
            Self::Busy => TRANSFERS_BUSY,
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
            Self::UploadInFlight | Self::TooManyOfOne | Self::Busy => Some(BUSY_FOR),
            _ => None,
        }
    }
}
