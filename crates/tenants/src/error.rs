use saaskit_kernel::{Code, CommitError, Fault, Invalid, PortError};

/// Why tenants refused.
#[derive(Debug, thiserror::Error)]
pub enum TenantsError {
    /// A field says something it can't say.
    #[error("some fields are not valid")]
    Invalid(Vec<(&'static str, Invalid)>),
    /// Another workspace has the slug.
    #[error("this slug is taken")]
    SlugTaken,
    /// There is no such workspace, or none the asker is in.
    #[error("there is no such workspace")]
    NotFound,
    /// An operator suspended the workspace.
    #[error("this workspace is suspended")]
    Suspended,
    /// The member's role does not allow it.
    #[error("your role in this workspace does not allow this")]
    RoleTooLow,
    /// Others were faster, again and again.
    #[error("the workspace was being changed, try again")]
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

const SLUG_TAKEN: Code = Code::conflict("SLUG_TAKEN");
const TENANT_NOT_FOUND: Code = Code::not_found("TENANT_NOT_FOUND");
const TENANT_SUSPENDED: Code = Code::forbidden("TENANT_SUSPENDED");
const ROLE_TOO_LOW: Code = Code::forbidden("ROLE_TOO_LOW");

impl TenantsError {
    /// Every code, for the catalogue.
    pub const CODES: &[Code] = &[
        Code::INVALID,
        SLUG_TAKEN,
        TENANT_NOT_FOUND,
        TENANT_SUSPENDED,
        ROLE_TOO_LOW,
        Code::CONTENDED,
        Code::OUTCOME_UNKNOWN,
        Code::UNAVAILABLE,
        Code::INTERNAL,
    ];
}

impl Fault for TenantsError {
    fn code(&self) -> Code {
        match self {
            Self::Invalid(_) => Code::INVALID,
            Self::SlugTaken => SLUG_TAKEN,
            Self::NotFound => TENANT_NOT_FOUND,
            Self::Suspended => TENANT_SUSPENDED,
            Self::RoleTooLow => ROLE_TOO_LOW,
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
            Self::Unavailable(error) => Some(error.retry_after_seconds()),
            _ => None,
        }
    }
}

impl From<PortError> for TenantsError {
    fn from(error: PortError) -> Self {
        if error.is_transient() { Self::Unavailable(error) } else { Self::Internal(Box::new(error)) }
    }
}

impl From<CommitError> for TenantsError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Stale => Self::Contended,
            CommitError::Duplicate(rule) if rule == crate::write::TENANT_SLUG => Self::SlugTaken,
            CommitError::Unknown => Self::OutcomeUnknown,
            CommitError::Port(error) => error.into(),
            other => Self::Internal(Box::new(other)),
        }
    }
}
