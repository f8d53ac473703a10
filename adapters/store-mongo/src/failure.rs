use std::error::Error;

use mongodb::error::{ErrorKind as Cause, TRANSIENT_TRANSACTION_ERROR, WriteFailure};
use saaskit_kernel::{CommitError, ErrorKind, PortError};

use crate::index;

pub(crate) const NAME: &str = "mongo";

/// Why a write could not be applied: the server said no, or the answer is already known. A `WriteHandler` gives it
/// back with `?`.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The driver's error; the store decides whether another try can help.
    #[error(transparent)]
    Mongo(#[from] mongodb::error::Error),
    /// The answer to the whole commit.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// Another commit came between: the whole of this one is tried again.
    #[error("another commit came between")]
    Crossed,
}

impl From<PortError> for Failure {
    fn from(error: PortError) -> Self {
        Self::Commit(error.into())
    }
}

impl Failure {
    /// Whether the same commit may succeed at once: nothing of it was applied, and the cause is over.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Crossed => true,
            Self::Mongo(error) => is_passing(error),
            Self::Commit(_) => false,
        }
    }

    /// What a failed commit is told as.
    pub(crate) fn explain(self) -> CommitError {
        match self {
            Self::Commit(answer) => answer,
            Self::Crossed => port_error(ErrorKind::Unavailable).because("too many others at once").into(),
            Self::Mongo(error) => index::taken(&error).unwrap_or_else(|| port(error).into()),
        }
    }
}

/// What a failed question is told as.
pub(crate) fn of_question(failure: Failure) -> PortError {
    match failure {
        Failure::Mongo(error) => port(error),
        Failure::Commit(CommitError::Port(error)) => error,
        other => unreadable(other),
    }
}

/// An error of the adapter itself.
pub(crate) fn port_error(kind: ErrorKind) -> PortError {
    PortError::new(kind, NAME)
}

/// The stored value is none that this version knows.
pub(crate) fn unreadable(why: impl Into<Box<dyn Error + Send + Sync>>) -> PortError {
    port_error(ErrorKind::Unexpected).because(why)
}

/// The driver's error as a port's. What the server says about a write is left out: it holds values.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` takes")]
pub(crate) fn port(error: mongodb::error::Error) -> PortError {
    let told = match (code(&error), error.kind.as_ref()) {
        (Some((code, name)), _) => format!("error {code} ({name})"),
        (None, Cause::BulkWrite(_) | Cause::BsonDeserialization(_) | Cause::Bson(_)) => {
            "a document that can't be read or written".to_owned()
        }
        (None, _) => error.to_string(),
    };
    port_error(kind(&error)).because(told)
}

fn kind(error: &mongodb::error::Error) -> ErrorKind {
    if is_lost(error) || error.contains_label(TRANSIENT_TRANSACTION_ERROR) {
        return ErrorKind::Unavailable;
    }
    match (code(error), error.kind.as_ref()) {
        (Some((LATE, _)), _) => ErrorKind::TimedOut,
        (Some((UNAUTHORIZED | NOT_AUTHENTICATED, _)), _)
        | (
            None,
            Cause::Authentication { .. } | Cause::InvalidTlsConfig { .. } | Cause::IncompatibleServer { .. },
        ) => ErrorKind::Rejected,
        (None, Cause::InvalidArgument { .. }) => ErrorKind::Invalid,
        _ => ErrorKind::Unexpected,
    }
}

/// `MaxTimeMSExpired`.
const LATE: i32 = 50;
/// `Unauthorized`.
const UNAUTHORIZED: i32 = 13;
/// `AuthenticationFailed`.
const NOT_AUTHENTICATED: i32 = 18;
/// The server is going down, is no longer the primary or not yet, can't reach others, or met another write.
const PASSING: [i32; 14] = [6, 7, 89, 91, 112, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436];

/// `WriteConflict`: another transaction holds the document.
const CONFLICT: i32 = 112;

/// Whether a transaction met another.
pub(crate) fn is_conflict(error: &mongodb::error::Error) -> bool {
    code(error).is_some_and(|(code, _)| code == CONFLICT)
}

/// Whether asking again at once may help. Who looked for a server in vain has waited for it already.
pub(crate) fn is_passing(error: &mongodb::error::Error) -> bool {
    !is_in_vain(error) && (is_lost(error) || error.contains_label(TRANSIENT_TRANSACTION_ERROR))
}

/// Whether a server was looked for, and none was there.
fn is_in_vain(error: &mongodb::error::Error) -> bool {
    matches!(error.kind.as_ref(), Cause::ServerSelection { .. })
}

/// Whether the server is not there at the moment; asking again may find it, or another.
pub(crate) fn is_lost(error: &mongodb::error::Error) -> bool {
    let gone = matches!(
        error.kind.as_ref(),
        Cause::Io(_)
            | Cause::ConnectionPoolCleared { .. }
            | Cause::ServerSelection { .. }
            | Cause::DnsResolve { .. }
            | Cause::Shutdown
    );
    gone || code(error).is_some_and(|(code, _)| PASSING.contains(&code))
}

/// Whether it is the servers' own answer, which they can't give while they are away.
pub(crate) fn is_answer(error: &mongodb::error::Error) -> bool {
    code(error).is_some() && !is_lost(error)
}

/// What an answer says of one of its writes, by its code.
pub(crate) fn unwritten(code: i32) -> PortError {
    let kind = if PASSING.contains(&code) { ErrorKind::Unavailable } else { ErrorKind::Unexpected };
    port_error(kind).because(format!("error {code} in an answer"))
}

/// The server's code and its name.
pub(crate) fn code(error: &mongodb::error::Error) -> Option<(i32, &str)> {
    match error.kind.as_ref() {
        Cause::Command(error) => Some((error.code, &error.code_name)),
        Cause::Write(WriteFailure::WriteError(error)) => {
            Some((error.code, error.code_name.as_deref().unwrap_or_default()))
        }
        Cause::Write(WriteFailure::WriteConcernError(error)) => Some((error.code, &error.code_name)),
        Cause::InsertMany(errors) => {
            let written = errors
                .write_errors
                .iter()
                .flatten()
                .map(|error| (error.code, error.code_name.as_deref().unwrap_or_default()));
            let concerned =
                errors.write_concern_error.iter().map(|error| (error.code, error.code_name.as_str()));
            written.chain(concerned).next()
        }
        _ => None,
    }
}
