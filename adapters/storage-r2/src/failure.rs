//! What an answer means.
//!
//! | what happened | what it is | why |
//! |---|---|---|
//! | no connection, an answer that breaks off, 5xx | `Unavailable` | another try can help |
//! | no answer in time | `TimedOut` | the same, and it may have been done |
//! | 429, `SlowDown` | `Throttled` | we were too fast |
//! | 401, 403, a bucket that is not there | `Unavailable` | the operator has to mend it, and work waits meanwhile |
//! | 416 | `Invalid` | the range is outside of the object |
//! | anything else | `Unexpected` | a bug |
//!
//! Answers repeat keys and addresses, so only their status and code are kept.

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use saaskit_kernel::{ErrorKind, PortError};

pub(crate) const ADAPTER: &str = "r2";

/// What an answer said.
#[derive(Debug, thiserror::Error)]
#[error("{deed} was answered {status} {code}")]
struct Answered {
    deed: &'static str,
    status: u16,
    code: String,
}

/// The failure of what was done.
pub(crate) fn failure<E: ProvideErrorMetadata>(deed: &'static str, error: &SdkError<E>) -> PortError {
    let lost = |kind, why: &str| PortError::new(kind, ADAPTER).because(format!("{why} while {deed}"));
    match error {
        SdkError::TimeoutError(_) => lost(ErrorKind::TimedOut, "no answer in time"),
        SdkError::DispatchFailure(dispatch) if dispatch.is_timeout() => {
            lost(ErrorKind::TimedOut, "no answer in time")
        }
        SdkError::DispatchFailure(_) => lost(ErrorKind::Unavailable, "the connection failed"),
        SdkError::ResponseError(_) => lost(ErrorKind::Unavailable, "the answer can't be read"),
        SdkError::ServiceError(service) => {
            let status = service.raw().status().as_u16();
            let code = plain(service.err().code().unwrap_or_default());
            let kind = judge(status, &code);
            let error = PortError::new(kind, ADAPTER).because(Answered { deed, status, code });
            if matches!(status, 401 | 403 | 404) {
                tracing::error!(error = &error as &dyn std::error::Error, "the bucket refuses us");
            }
            error
        }
        _ => lost(ErrorKind::Unexpected, "the request could not be made"),
    }
}

fn judge(status: u16, code: &str) -> ErrorKind {
    match status {
        _ if code == "SlowDown" || code.contains("Throttl") => ErrorKind::Throttled,
        429 => ErrorKind::Throttled,
        416 => ErrorKind::Invalid,
        // A connection that broke off while a body was sent, or bytes that were damaged on their way.
        400 if matches!(code, "RequestTimeout" | "IncompleteBody" | "BadDigest") => ErrorKind::Unavailable,
        401 | 403 | 404 | 409 | 412 | 500.. => ErrorKind::Unavailable,
        _ => ErrorKind::Unexpected,
    }
}

/// A code is a word; anything else may hold what was asked.
fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).take(40).collect()
}

/// Whether the object is not there; that its bucket is not is a failure.
pub(crate) fn is_missing<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    let is_404 = error.raw_response().is_some_and(|answer| answer.status().as_u16() == 404);
    is_404 && error.code() != Some("NoSuchBucket")
}

/// Whether something else lies there than was to be replaced.
pub(crate) fn is_refused<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    error.raw_response().is_some_and(|answer| answer.status().as_u16() == 412)
}

/// What an answer says that no answer can say.
pub(crate) fn unexpected(what: &'static str) -> PortError {
    PortError::new(ErrorKind::Unexpected, ADAPTER).because(what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_means_what_the_table_says() {
        for (status, code, kind) in [
            (503, "SlowDown", ErrorKind::Throttled),
            (429, "", ErrorKind::Throttled),
            (503, "ServiceUnavailable", ErrorKind::Unavailable),
            (500, "InternalError", ErrorKind::Unavailable),
            (403, "SignatureDoesNotMatch", ErrorKind::Unavailable),
            (404, "NoSuchBucket", ErrorKind::Unavailable),
            (416, "InvalidRange", ErrorKind::Invalid),
            (400, "RequestTimeout", ErrorKind::Unavailable),
            (400, "InvalidArgument", ErrorKind::Unexpected),
        ] {
            assert_eq!(judge(status, code), kind, "{status} {code}");
        }
        assert_eq!(plain("No such <key>/a"), "Nosuchkeya");
    }
}
