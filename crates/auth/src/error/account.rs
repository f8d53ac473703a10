use saaskit_kernel::Code;

/// Why something can't be done with an account, a session or the installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// The address already has an account; told only where the operator chose to, or to who proved it.
    #[error("this e-mail address already has an account")]
    EmailTaken,
    /// There is an operator already.
    #[error("this installation is already set up")]
    AlreadySetUp,
    /// There is no such account, or it was erased.
    #[error("there is no such account")]
    UserNotFound,
    /// Its status does not allow what was asked.
    #[error("the status of this account does not allow that")]
    StatusConflict,
    /// Somebody has to operate the installation.
    #[error("somebody has to operate the installation: make another operator first")]
    LastOperator,
    /// Nobody locks or deletes their own account from the console.
    #[error("this is your own account")]
    OwnAccount,
    /// Only who operates the installation acts on others who do.
    #[error("only an operator of the installation may do that to another")]
    OperatorsOnly,
    /// There is no such session, or it is over or somebody else's.
    #[error("there is no such session")]
    SessionNotFound,
}

impl AccountError {
    pub(super) const fn code(self) -> Code {
        match self {
            Self::EmailTaken => EMAIL_TAKEN,
            Self::AlreadySetUp => ALREADY_SET_UP,
            Self::UserNotFound => USER_NOT_FOUND,
            Self::StatusConflict => STATUS_CONFLICT,
            Self::LastOperator => LAST_OPERATOR,
            Self::OwnAccount => OWN_ACCOUNT,
            Self::OperatorsOnly => OPERATORS_ONLY,
            Self::SessionNotFound => SESSION_NOT_FOUND,
        }
    }
}

pub(super) const EMAIL_TAKEN: Code = Code::conflict("EMAIL_TAKEN");
pub(super) const ALREADY_SET_UP: Code = Code::conflict("ALREADY_SET_UP");
pub(super) const USER_NOT_FOUND: Code = Code::not_found("USER_NOT_FOUND");
pub(super) const STATUS_CONFLICT: Code = Code::conflict("STATUS_CONFLICT");
pub(super) const LAST_OPERATOR: Code = Code::conflict("LAST_OPERATOR");
pub(super) const OWN_ACCOUNT: Code = Code::conflict("OWN_ACCOUNT");
pub(super) const OPERATORS_ONLY: Code = Code::forbidden("OPERATORS_ONLY");
pub(super) const SESSION_NOT_FOUND: Code = Code::not_found("SESSION_NOT_FOUND");
