use saaskit_kernel::{CommitError, Verdict};

use super::engine;
use crate::Failure;

/// What an answer tells of the server: whether it is its own, or a connection was waited for in vain.
pub(super) fn judge<T>(answer: &Result<T, Failure>) -> Verdict {
    let Err(failure) = answer else { return Verdict::Well };
    match failure {
        Failure::Sql(sqlx::Error::PoolTimedOut) => Verdict::Failed,
        Failure::Sql(sqlx::Error::Database(error)) if !engine::is_lost(error.as_ref()) => Verdict::Well,
        Failure::Commit(CommitError::Stale | CommitError::Duplicate(_) | CommitError::Refused(_)) => {
            Verdict::Well
        }
        _ => Verdict::Nothing,
    }
}
