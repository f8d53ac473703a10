use std::fmt;

use async_trait::async_trait;

use crate::{DomainWrite, PortError, Target, TenantId, Timestamp};

/// Names one request that has one effect however often it is sent: a hash over who sent it, where to, and the key
/// its sender gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClaimKey(pub [u8; 32]);

/// A request's claim to be the one that has the effect. It rides in the commit of the effect, so that there is
/// never one without the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// Which request.
    pub key: ClaimKey,
    /// A hash of what it said: the same key with other words is a mistake.
    pub fingerprint: [u8; 32],
    /// Random: tells one making of the claim from another of the same request.
    pub maker: [u8; 16],
    /// When it was made.
    pub at: Timestamp,
    /// From then on the key is free again.
    pub until: Timestamp,
}

/// An answer that is given again when its request is repeated.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// The status.
    pub status: u16,
    /// Headers that belong to it, by name.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl fmt::Debug for KeptAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeptAnswer").field("status", &self.status).finish_non_exhaustive()
    }
}

/// A claim that was made, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimState {
    /// The claim.
    pub claim: Claim,
    /// The answer, once it was kept; not every answer is.
    pub answer: Option<KeptAnswer>,
}

/// Changes of claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimWrite {
    /// Makes the claim; `Refused(Guard::CLAIM)` while an earlier one of that key holds.
    Make(Claim),
    /// Keeps the answer beside its claim; a claim that is not there, or that another made, is no error.
    Keep {
        /// Which.
        claim: Claim,
        /// What was answered.
        answer: KeptAnswer,
    },
    /// Removes claims whose time is over at that time.
    Forget {
        /// When.
        at: Timestamp,
    },
}

impl DomainWrite for ClaimWrite {
    fn tenant(&self) -> Option<TenantId> {
        None
    }

    fn target(&self) -> Target {
        match self {
            Self::Make(Claim { key, .. }) | Self::Keep { claim: Claim { key, .. }, .. } => {
                Target::row("kernel.claim", key.0)
            }
            Self::Forget { .. } => Target::row("kernel.claim.old", []),
        }
    }
}

/// Reads claims.
///
/// # Contract
///
/// - A claim is seen once its commit is, with the answer that was kept beside it by who made it, and not
///   after its time.
/// - Of any number of commits that make one claim, exactly one is applied, with all else it holds.
/// - A key whose claim is over can be claimed again.
#[async_trait]
pub trait Claims: fmt::Debug + Send + Sync + 'static {
    /// The claim of that key that holds at `now`.
    async fn claim(&self, key: &ClaimKey, now: Timestamp) -> Result<Option<ClaimState>, PortError>;
}
