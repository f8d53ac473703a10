//! What a failure means for whoever asked.
//!
//! | what happened | what it is | why |
//! |---|---|---|
//! | no answer in time | `TimedOut` | it may have been done |
//! | too much waits to be sent already | `Throttled` | it was surely not done |
//! | no connection, none any more, a server that loads, obeys another or is full, a password that is wrong | `Unavailable` | it mends itself, or the operator does |
//! | a user who may not do that | `Rejected` | only the operator can mend it |
//! | anything else | `Unexpected` | a bug |
//!
//! A server's sentences may repeat what was asked, so only their first word is kept.

use fred::error::{Error, ErrorKind as Cause};
use saaskit_kernel::{ErrorKind, PortError};

pub(crate) fn failure(kind: ErrorKind, cause: impl Into<String>) -> PortError {
    PortError::new(kind, "redis").because(cause.into())
}

pub(crate) fn explain(error: &Error) -> PortError {
    failure(judge(error), reason(error))
}

/// What may be told of an error.
pub(crate) fn reason(error: &Error) -> String {
    match (error.kind(), word(error)) {
        (kind, Some(word)) => format!("{} ({word})", kind.to_str()),
        (Cause::IO | Cause::Tls | Cause::Timeout | Cause::Sentinel, None) => error.to_string(),
        (kind, None) => kind.to_str().to_owned(),
    }
}

/// Whether it was answered by a server that is no longer the right one, or not yet.
pub(crate) fn is_misplaced(error: &Error) -> bool {
    matches!(word(error), Some("READONLY" | "LOADING" | "MASTERDOWN" | "CLUSTERDOWN"))
}

/// The word in capitals that a server's answer begins with.
pub(crate) fn word(error: &Error) -> Option<&str> {
    let word = error.details().split_whitespace().next()?;
    (word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_uppercase())).then_some(word)
}

fn judge(error: &Error) -> ErrorKind {
    match (error.kind(), word(error)) {
        (Cause::Timeout, _) => ErrorKind::TimedOut,
        (Cause::Backpressure, _) => ErrorKind::Throttled,
        (_, Some("NOPERM")) => ErrorKind::Rejected,
        (_, Some("ERR" | "WRONGTYPE")) => ErrorKind::Unexpected,
        (
            Cause::IO
            | Cause::Tls
            | Cause::Auth
            | Cause::Canceled
            | Cause::Routing
            | Cause::Cluster
            | Cause::Sentinel
            | Cause::Unknown,
            _,
        ) => ErrorKind::Unavailable,
        _ => ErrorKind::Unexpected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_is_judged_by_what_it_leaves_open() {
        for (cause, details, kind) in [
            (Cause::Timeout, "Request timed out.", ErrorKind::TimedOut),
            (Cause::Backpressure, "Max command queue length exceeded.", ErrorKind::Throttled),
            (Cause::IO, "Os { code: 111 }", ErrorKind::Unavailable),
            (Cause::Canceled, "Connection closed.", ErrorKind::Unavailable),
            (Cause::Auth, "WRONGPASS invalid username-password pair", ErrorKind::Unavailable),
            (Cause::Unknown, "OOM command not allowed", ErrorKind::Unavailable),
            (Cause::Unknown, "READONLY You can't write", ErrorKind::Unavailable),
            (Cause::Unknown, "NOPERM this user has no permissions", ErrorKind::Rejected),
            (Cause::Unknown, "ERR unknown command", ErrorKind::Unexpected),
            (Cause::InvalidArgument, "WRONGTYPE Operation", ErrorKind::Unexpected),
            (Cause::Parse, "Cannot parse into bytes.", ErrorKind::Unexpected),
        ] {
            assert_eq!(judge(&Error::new(cause, details)), kind, "{details}");
        }
    }

    #[test]
    fn of_a_servers_sentence_only_its_first_word_is_kept() {
        let error =
            Error::new(Cause::Unknown, "ERR unknown command, with args beginning with: 'ana@example.org'");
        assert_eq!(reason(&error), "Unknown Error (ERR)");
        let error = Error::new(Cause::Parse, "ana@example.org is no number");
        assert_eq!(reason(&error), "Parse Error");
    }
}
