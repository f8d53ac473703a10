use saaskit_kernel::{Code, CommitError, Fault, Guard, Invalid, PortError};

use crate::Shortfall;

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
    /// Neither the member's role nor what was given besides allows it.
    #[error("you lack the permission {0}")]
    PermissionMissing(&'static str),
    /// The session is less than the workspace, or the act, asks for.
    #[error("this asks for more than your session has shown: {0}")]
    StepUpRequired(Shortfall),
    /// It can't be done with this member.
    #[error(transparent)]
    Member(#[from] MemberError),
    /// It was changed since it was looked at.
    #[error("it was changed since you looked at it")]
    Changed,
    /// The same request, by its key, is under way or was answered.
    #[error("this request is being answered or was answered already")]
    InFlight,
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

/// Why something can't be done with a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MemberError {
    /// There is no such member in the workspace.
    #[error("there is no such member")]
    NotFound,
    /// The membership ended with the account of its user.
    #[error("this membership ended with the member's account: it can only be removed")]
    Ended,
    /// The workspace would be left without an owner.
    #[error("a workspace needs an owner: make somebody else one first")]
    LastOwner,
    /// The user is in more workspaces than are left in one go.
    #[error("this account is in too many workspaces to leave them all at once: leave some first")]
    TooManyWorkspaces,
    /// Nobody removes oneself.
    #[error("you can't remove yourself, leave instead")]
    Oneself,
    /// It is offered to who has it.
    #[error("this member owns the workspace already")]
    AlreadyOwner,
    /// Nothing is offered, or not to the asker.
    #[error("there is no such offer")]
    NoTransfer,
    /// The offer was not taken in time.
    #[error("this offer has expired")]
    TransferExpired,
}

const SLUG_TAKEN: Code = Code::conflict("SLUG_TAKEN");
const TENANT_NOT_FOUND: Code = Code::not_found("TENANT_NOT_FOUND");
const TENANT_SUSPENDED: Code = Code::forbidden("TENANT_SUSPENDED");
const ROLE_TOO_LOW: Code = Code::forbidden("ROLE_TOO_LOW");
const PERMISSION_MISSING: Code = Code::forbidden("PERMISSION_MISSING");
const MEMBER_NOT_FOUND: Code = Code::not_found("MEMBER_NOT_FOUND");
const MEMBER_ENDED: Code = Code::conflict("MEMBER_ENDED");
const LAST_OWNER: Code = Code::conflict("LAST_OWNER");
const WORKSPACES_TOO_MANY: Code = Code::conflict("WORKSPACES_TOO_MANY");
const MEMBER_IS_YOU: Code = Code::conflict("MEMBER_IS_YOU");
const ALREADY_OWNER: Code = Code::conflict("ALREADY_OWNER");
const TRANSFER_NOT_FOUND: Code = Code::not_found("TRANSFER_NOT_FOUND");
const TRANSFER_EXPIRED: Code = Code::gone("TRANSFER_EXPIRED");

impl TenantsError {
    /// Every code, for the catalogue.
    pub const CODES: &[Code] = &[
        Code::INVALID,
        SLUG_TAKEN,
        TENANT_NOT_FOUND,
        TENANT_SUSPENDED,
        ROLE_TOO_LOW,
        PERMISSION_MISSING,
        Code::STEP_UP_REQUIRED,
        MEMBER_NOT_FOUND,
        MEMBER_ENDED,
        LAST_OWNER,
        WORKSPACES_TOO_MANY,
        MEMBER_IS_YOU,
        ALREADY_OWNER,
        TRANSFER_NOT_FOUND,
        TRANSFER_EXPIRED,
        Code::PRECONDITION_FAILED,
        Code::IN_FLIGHT,
        Code::CONTENDED,
        Code::OUTCOME_UNKNOWN,
        Code::UNAVAILABLE,
        Code::INTERNAL,
    ];
}

impl MemberError {
    fn code(self) -> Code {
        match self {
            Self::NotFound => MEMBER_NOT_FOUND,
            Self::Ended => MEMBER_ENDED,
            Self::LastOwner => LAST_OWNER,
            Self::TooManyWorkspaces => WORKSPACES_TOO_MANY,
            Self::Oneself => MEMBER_IS_YOU,
            Self::AlreadyOwner => ALREADY_OWNER,
            Self::NoTransfer => TRANSFER_NOT_FOUND,
            Self::TransferExpired => TRANSFER_EXPIRED,
        }
    }
}

impl Fault for TenantsError {
    fn code(&self) -> Code {
        match self {
            Self::Invalid(_) => Code::INVALID,
            Self::SlugTaken => SLUG_TAKEN,
            Self::NotFound => TENANT_NOT_FOUND,
            Self::Suspended => TENANT_SUSPENDED,
            Self::RoleTooLow => ROLE_TOO_LOW,
            Self::PermissionMissing(_) => PERMISSION_MISSING,
            Self::StepUpRequired(_) => Code::STEP_UP_REQUIRED,
            Self::Member(error) => error.code(),
            Self::Changed => Code::PRECONDITION_FAILED,
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
            Self::StepUpRequired(shortfall) => shortfall.lacks().to_vec(),
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
            CommitError::Refused(guard) if guard == crate::write::LAST_OWNER => MemberError::LastOwner.into(),
            CommitError::Refused(Guard::CLAIM) => Self::InFlight,
            CommitError::Unknown => Self::OutcomeUnknown,
            CommitError::Port(error) => error.into(),
            other => Self::Internal(Box::new(other)),
        }
    }
}
