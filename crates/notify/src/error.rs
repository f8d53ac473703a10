use saaskit_kernel::{Code, CommitError, Fault, Guard, Invalid, PortError};

/// A template and its values do not fit together: a bug.
#[derive(Debug, thiserror::Error)]
#[error("the template can't be rendered: {0}")]
pub struct TemplateError(pub(crate) String);

/// Why notify refused.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// A field says something it can't say.
    #[error("some fields are not valid")]
    Invalid(Vec<(&'static str, Invalid)>),
    /// There is no such suppression.
    #[error("there is no such suppression")]
    SuppressionNotFound,
    /// The same request, by its key, is under way or was answered.
    #[error("this request is being answered or was answered already")]
    InFlight,
    /// Others were faster.
    #[error("others were faster, try again")]
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

const SUPPRESSION_NOT_FOUND: Code = Code::not_found("SUPPRESSION_NOT_FOUND");

impl NotifyError {
    /// Every code, for the catalogue.
    pub const CODES: &[Code] = &[
        Code::INVALID,
        SUPPRESSION_NOT_FOUND,
        Code::IN_FLIGHT,
        Code::CONTENDED,
        Code::OUTCOME_UNKNOWN,
        Code::UNAVAILABLE,
        Code::INTERNAL,
    ];
}

impl Fault for NotifyError {
    fn code(&self) -> Code {
        match self {
            Self::Invalid(_) => Code::INVALID,
            Self::SuppressionNotFound => SUPPRESSION_NOT_FOUND,
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
            _ => Vec::new(),
        }
    }

    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::OutcomeUnknown => Some(1),
            Self::Unavailable(error) => Some(error.retry_after_seconds()),
            _ => None,
        }
    }
}

impl From<TemplateError> for NotifyError {
    fn from(error: TemplateError) -> Self {
        Self::Internal(Box::new(error))
    }
}

impl From<PortError> for NotifyError {
    fn from(error: PortError) -> Self {
        if error.is_transient() { Self::Unavailable(error) } else { Self::Internal(Box::new(error)) }
    }
}

impl From<CommitError> for NotifyError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Stale => Self::Contended,
            CommitError::Refused(Guard::CLAIM) => Self::InFlight,
            CommitError::Unknown => Self::OutcomeUnknown,
            CommitError::Port(error) => error.into(),
            other => Self::Internal(Box::new(other)),
        }
    }
}
