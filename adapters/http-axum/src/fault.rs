use saaskit_kernel::{Code, Fault, Invalid};

/// What is wrong with a request before any domain hears of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestFault {
    /// No route has this path.
    #[error("there is nothing here")]
    NotFound,
    /// The path has no such method.
    #[error("this path does not have this method")]
    MethodNotAllowed,
    /// The body is not JSON.
    #[error("the body is not valid JSON")]
    MalformedJson,
    /// The body is not a form.
    #[error("the body is not a valid form")]
    MalformedForm,
    /// The body is JSON and not what is asked for.
    #[error("some fields are not valid")]
    Invalid(Vec<(&'static str, Invalid)>),
    /// The body is in another format.
    #[error("the body must be {0}")]
    UnsupportedMediaType(&'static str),
    /// The body is too large.
    #[error("the body is too large")]
    TooLarge,
    /// What stands behind the `?` can't be read.
    #[error("the query can't be read")]
    QueryInvalid,
    /// The cursor was not made here, or for another list.
    #[error("this cursor was not given by this list")]
    CursorInvalid,
    /// What `If-Match` says can't be read.
    #[error("If-Match takes one ETag or *")]
    IfMatchInvalid,
    /// It was changed since the version that is named.
    #[error("this was changed meanwhile: look at it again")]
    PreconditionFailed,
    /// It took too long.
    #[error("this took too long, try again shortly")]
    TimedOut,
    /// A bug: a panic, or something that can't happen.
    #[error("something went wrong")]
    Internal,
}

impl RequestFault {
    /// Every code, for the catalogue.
    pub const CODES: &[Code] = &[
        NOT_FOUND,
        METHOD_NOT_ALLOWED,
        MALFORMED_JSON,
        MALFORMED_FORM,
        Code::INVALID,
        UNSUPPORTED_MEDIA_TYPE,
        BODY_TOO_LARGE,
        QUERY_INVALID,
        CURSOR_INVALID,
        IF_MATCH_INVALID,
        Code::PRECONDITION_FAILED,
        TIMED_OUT,
        Code::INTERNAL,
    ];
}

const NOT_FOUND: Code = Code::not_found("NOT_FOUND");
const MALFORMED_JSON: Code = Code::malformed("MALFORMED_JSON");
const MALFORMED_FORM: Code = Code::malformed("MALFORMED_FORM");
const QUERY_INVALID: Code = Code::malformed("QUERY_INVALID");
const CURSOR_INVALID: Code = Code::malformed("CURSOR_INVALID");
const IF_MATCH_INVALID: Code = Code::malformed("IF_MATCH_INVALID");
const TIMED_OUT: Code = Code::unavailable("TIMED_OUT");
pub(crate) const METHOD_NOT_ALLOWED: Code = Code::malformed("METHOD_NOT_ALLOWED");
pub(crate) const UNSUPPORTED_MEDIA_TYPE: Code = Code::malformed("UNSUPPORTED_MEDIA_TYPE");
pub(crate) const BODY_TOO_LARGE: Code = Code::malformed("BODY_TOO_LARGE");

impl Fault for RequestFault {
    fn code(&self) -> Code {
        match self {
            Self::NotFound => NOT_FOUND,
            Self::MethodNotAllowed => METHOD_NOT_ALLOWED,
            Self::MalformedJson => MALFORMED_JSON,
            Self::MalformedForm => MALFORMED_FORM,
            Self::Invalid(_) => Code::INVALID,
            Self::UnsupportedMediaType(_) => UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => BODY_TOO_LARGE,
            Self::QueryInvalid => QUERY_INVALID,
            Self::CursorInvalid => CURSOR_INVALID,
            Self::IfMatchInvalid => IF_MATCH_INVALID,
            Self::PreconditionFailed => Code::PRECONDITION_FAILED,
            Self::TimedOut => TIMED_OUT,
            Self::Internal => Code::INTERNAL,
        }
    }

    fn fields(&self) -> Vec<(&'static str, Invalid)> {
        match self {
            Self::Invalid(fields) => fields.clone(),
            _ => Vec::new(),
        }
    }

    fn retry_after(&self) -> Option<u64> {
        matches!(self, Self::TimedOut).then_some(1)
    }
}
