use saaskit_kernel::{CommitError, PortError};

/// Why a write could not be applied: the database said no, or the answer is already known. A
/// `WriteHandler` gives it back with `?`.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The database's error; the store decides whether another try can help.
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
    /// The answer to the whole commit.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

impl From<PortError> for Failure {
    fn from(error: PortError) -> Self {
        Self::Commit(error.into())
    }
}
