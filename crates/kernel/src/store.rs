use std::fmt;

use async_trait::async_trait;

use crate::{Commit, PortError};

/// How many connections there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// Somebody asks something over them.
    pub in_use: u32,
    /// They wait to be used.
    pub idle: u32,
}

/// The name of a uniqueness rule: `auth.user.email`. Adapters map their indexes to these names in one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UniqueRule(pub &'static str);

/// The name of the condition a guarded write checks: `auth.token.redeem`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Guard(pub &'static str);

impl Guard {
    /// A job is finished only by who holds its lease.
    pub const LEASE: Self = Self("work.lease");
    /// A request that names itself by a key has one effect.
    pub const CLAIM: Self = Self("kernel.claim");
}

/// A commit that no store may apply: a bug of whoever built it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Misuse {
    /// Two writes change the same thing.
    #[error("two writes of one target: {0}")]
    SameTarget(&'static str),
    /// Several workspaces without [`Commit::across_tenants`].
    #[error("several tenants in one commit")]
    SeveralTenants,
    /// Two jobs finished by one commit.
    #[error("several leases in one commit")]
    SeveralLeases,
    /// No domain of this store, and no handler it was given, knows the write.
    #[error("a write that nobody handles")]
    Unhandled,
}

/// Why a commit left no trace. `Stale`, `Duplicate` and `Refused` are answered only for causes that are
/// committed and that the next read sees.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Someone else saved an aggregate first: load again.
    #[error("an aggregate changed since it was read")]
    Stale,
    /// A uniqueness rule was broken.
    #[error("{} is taken", .0.0)]
    Duplicate(UniqueRule),
    /// A guarded write found its condition false.
    #[error("{} does not hold", .0.0)]
    Refused(Guard),
    /// The connection was lost at the very end and the store can't say which way it went.
    #[error("the outcome of the commit is unknown")]
    Unknown,
    /// The commit itself is wrong.
    #[error(transparent)]
    Misuse(#[from] Misuse),
    /// The adapter failed; nothing was applied.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl CommitError {
    /// Whether loading and deciding again can help.
    pub fn is_stale(&self) -> bool {
        matches!(self, Self::Stale)
    }
}

/// Applies commits.
///
/// # Contract
///
/// - All of a commit becomes visible at once, or nothing does.
/// - Of any number of commits that save one version of an aggregate, exactly one is applied; the others are `Stale`.
/// - Of any number of commits that claim one unique value, exactly one is applied; the others name the rule.
/// - An insert of a known id is `Stale`; a known event, or a job that is still queued, is a bug (`Unexpected`).
/// - A guarded write whose condition is false refuses the whole commit and names the guard.
/// - Signals are kept with the commit that tells them.
/// - A listener's jobs are queued with the event, in the same commit.
/// - A lease that is not held any more refuses the whole commit with [`Guard::LEASE`].
/// - A foreign write is applied by the handler the store was built with, in the same transaction.
/// - A write that nobody handles is refused before anything is applied.
/// - What was acknowledged survives the death of the process (memory excepted).
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// Applies the commit, all or nothing. Dropping the future leaves it applied or not, never half.
    async fn commit(&self, commit: Commit) -> Result<(), CommitError>;

    /// Whether the store answers.
    async fn ping(&self) -> Result<(), PortError>;

    /// The connections it keeps to a server, if it does. Asks nobody.
    fn connections(&self) -> Option<Connections> {
        None
    }
}
