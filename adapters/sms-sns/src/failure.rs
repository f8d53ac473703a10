//! What a failure means for the message.
//!
//! | what happened | what it is | why |
//! |---|---|---|
//! | a parameter that can't be: the number, the text | `Invalid` | no other try can help |
//! | any other 400 | `Rejected` | the same |
//! | 429, a code that speaks of too much | `Throttled` | SNS asks to be tried later, and took nothing |
//! | 401, 403, 404, a code about our key or our account | `Unavailable` | the operator has to mend it, and messages wait meanwhile instead of being lost |
//! | 503, no connection | `Unavailable` | it was surely not taken |
//! | another 5xx, no answer, one that is none | `TimedOut` | it may have been taken |
//!
//! A question takes nothing, so that what goes wrong with it is never `TimedOut`. Sentences of SNS repeat the number, so
//! only its codes are kept.

use std::error::Error;
use std::time::Duration;

use aws_sdk_sns::config::http::HttpResponse;
use aws_sdk_sns::error::{ProvideErrorMetadata, SdkError};
use hyper_util::client::legacy::Error as ClientError;
use saaskit_kernel::{ErrorKind, PortError};

/// What SNS was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Request {
    /// To take a message.
    Send,
    /// Whether it knows us.
    Verify,
}

impl Request {
    /// A failure of which nobody knows what came before it.
    fn lost(self) -> ErrorKind {
        if self == Self::Send { ErrorKind::TimedOut } else { ErrorKind::Unavailable }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Send => "handing a message over",
            Self::Verify => "signing in",
        }
    }
}

/// About the number or the text of a message.
const INVALID: [&str; 5] = [
    "InvalidParameter",
    "InvalidParameterValue",
    "ParameterValueInvalid",
    "ValidationError",
    "ValidationException",
];
/// About us: the key, the account, the clock.
const OURS: [&str; 10] = [
    "AccessDenied",
    "AuthorizationError",
    "ExpiredToken",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidSecurity",
    "MissingAuthenticationToken",
    "OptInRequired",
    "RequestExpired",
    "SignatureDoesNotMatch",
];
/// Too fast, or more than the account may spend.
const TOO_MUCH: [&str; 5] =
    ["RequestLimitExceeded", "Throttled", "Throttling", "ThrottlingException", "TooManyRequestsException"];
/// What SNS may ask us to wait at most.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

pub(crate) fn failure(kind: ErrorKind, request: Request, cause: &str) -> PortError {
    PortError::new(kind, "sns").because(format!("{cause} while {}", request.name()))
}

/// An answer that does not say what it should.
pub(crate) fn nonsense(request: Request) -> PortError {
    failure(request.lost(), request, "no readable answer")
}

pub(crate) fn explain<E>(request: Request, error: &SdkError<E, HttpResponse>) -> PortError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match error {
        SdkError::ConstructionFailure(_) => failure(ErrorKind::Unexpected, request, "no request"),
        SdkError::TimeoutError(_) => failure(request.lost(), request, "no answer in time"),
        SdkError::DispatchFailure(dispatch) => {
            let is_connect = dispatch.as_connector_error().is_some_and(|error| is_connect(error));
            if is_connect {
                return failure(ErrorKind::Unavailable, request, "no connection");
            }
            failure(request.lost(), request, "no answer")
        }
        _ => match error.raw_response() {
            Some(response) if !response.status().is_success() => refused(request, response, error.code()),
            _ => nonsense(request),
        },
    }
}

/// Whether it failed before anything was said.
fn is_connect(error: &(dyn Error + 'static)) -> bool {
    let is_it = error.downcast_ref::<ClientError>().is_some_and(ClientError::is_connect);
    is_it || error.source().is_some_and(is_connect)
}

/// An answer that says no.
fn refused(request: Request, response: &HttpResponse, code: Option<&str>) -> PortError {
    let status = response.status().as_u16();
    let known = [&INVALID[..], &OURS, &TOO_MUCH].concat();
    let code = code.and_then(|code| known.into_iter().find(|known| *known == code));
    let kind = judge(request, status, code);
    let error = failure(kind, request, format!("{status} {}", code.unwrap_or_default()).trim_end());
    if kind == ErrorKind::Unavailable && status < 500 {
        tracing::error!(error = &error as &dyn Error, "SNS refuses us; messages wait");
    }
    let seconds = response.headers().get("retry-after").and_then(|wait| wait.parse().ok());
    match seconds.map(Duration::from_secs) {
        Some(wait) if kind == ErrorKind::Throttled => error.after(wait.min(LONGEST_WAIT)),
        _ => error,
    }
}

fn judge(request: Request, status: u16, code: Option<&str>) -> ErrorKind {
    let is_among =
        |codes: &[&str]| (400..500).contains(&status) && code.is_some_and(|it| codes.contains(&it));
    match status {
        429 => ErrorKind::Throttled,
        _ if is_among(&TOO_MUCH) => ErrorKind::Throttled,
        _ if is_among(&OURS) => ErrorKind::Unavailable,
        400 if is_among(&INVALID) => ErrorKind::Invalid,
        400 => ErrorKind::Rejected,
        500.. if status != 503 => request.lost(),
        _ => ErrorKind::Unavailable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_is_judged_by_its_status_and_code() {
        use ErrorKind::{Invalid, Rejected, Throttled, TimedOut, Unavailable};
        use Request::{Send, Verify};
        for (request, status, code, kind) in [
            (Send, 400, Some("InvalidParameter"), Invalid),
            (Send, 400, Some("ValidationError"), Invalid),
            (Send, 400, Some("OptedOut"), Rejected),
            (Send, 400, None, Rejected),
            (Send, 400, Some("IncompleteSignature"), Unavailable),
            (Send, 400, Some("Throttling"), Throttled),
            (Send, 403, Some("SignatureDoesNotMatch"), Unavailable),
            (Send, 403, None, Unavailable),
            (Send, 404, None, Unavailable),
            (Send, 429, None, Throttled),
            (Send, 500, Some("InternalError"), TimedOut),
            (Send, 502, None, TimedOut),
            (Send, 503, None, Unavailable),
            (Send, 302, None, Unavailable),
            (Verify, 403, Some("InvalidClientTokenId"), Unavailable),
            (Verify, 500, None, Unavailable),
        ] {
            assert_eq!(judge(request, status, code), kind, "{request:?} {status} {code:?}");
        }
    }
}
