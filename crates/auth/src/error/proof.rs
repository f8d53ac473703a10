use saaskit_kernel::Code;

/// Why something that was shown proves nothing, or not enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// A one-time token is unknown, used, over or for something else: which, is not told.
    #[error("the token is not valid or was already used")]
    TokenInvalid,
    /// There is no credential, or it is not believed.
    #[error("a valid access token is needed")]
    Unauthenticated,
    /// It was good once.
    #[error("the access token has expired")]
    Expired,
    /// A refresh token is unknown, over, or another client's: which, is not told.
    #[error("the refresh token is not valid")]
    RefreshInvalid,
    /// A refresh token that was replaced long ago was shown: its session is over.
    #[error("the refresh token was used before, so its session was ended")]
    RefreshReused,
    /// More recent proof of who they are is needed.
    #[error("sign in again, or confirm your password, to do this")]
    StepUpRequired,
}

impl ProofError {
    pub(super) const fn code(self) -> Code {
        match self {
            Self::TokenInvalid => TOKEN_INVALID,
            Self::Unauthenticated => Code::UNAUTHENTICATED,
            Self::Expired => TOKEN_EXPIRED,
            Self::RefreshInvalid => REFRESH_INVALID,
            Self::RefreshReused => REFRESH_REUSED,
            Self::StepUpRequired => Code::STEP_UP_REQUIRED,
        }
    }
}

pub(super) const TOKEN_INVALID: Code = Code::malformed("TOKEN_INVALID");
pub(super) const TOKEN_EXPIRED: Code = Code::unauthenticated("TOKEN_EXPIRED");
pub(super) const REFRESH_INVALID: Code = Code::unauthenticated("REFRESH_INVALID");
pub(super) const REFRESH_REUSED: Code = Code::unauthenticated("REFRESH_REUSED");
