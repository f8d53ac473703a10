use saaskit_kernel::{SessionId, Timestamp};

/// A session that is over before its access tokens are. They are believed without asking the store, so every
/// node remembers these for as long as a token can live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revocation {
    /// The session.
    pub session: SessionId,
    /// No access token of it is good after this.
    pub until: Timestamp,
}
