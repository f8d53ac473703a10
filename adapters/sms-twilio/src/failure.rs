//! What a failure means for the message.
//!
//! | what happened | what it is | why |
//! |---|---|---|
//! | a code about the number or the text | `Invalid` | no other try can help |
//! | any other 400, such as a reader who said STOP (21610) | `Rejected` | the same |
//! | 429, a code about too much | `Throttled` | Twilio asks to be tried later, and took nothing |
//! | 401, 403, 404 to a message, a code about our account or our number | `Unavailable` | the operator has to mend it, and messages wait meanwhile instead of being lost |
//! | 503, no connection | `Unavailable` | it was surely not taken |
//! | another 5xx, no answer, one that is none | `TimedOut` | it may have been taken |
//!
//! A question takes nothing, so that what goes wrong with it is never `TimedOut`. Twilio's sentences repeat the number,
//! so only its codes are kept.

use std::time::Duration;

use saaskit_kernel::{ErrorKind, PortError};

use crate::answer::Answer;

/// What Twilio was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Request {
    /// To take a message.
    Send,
    /// What became of a message.
    Status,
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
            Self::Status => "asking what became of a message",
            Self::Verify => "signing in",
        }
    }
}

/// About the number or the text of a message.
const INVALID: [u32; 8] = [21211, 21217, 21265, 21266, 21602, 21604, 21614, 21617];
/// About us: the account, its token, its number.
const OURS: [u32; 9] = [20003, 20005, 20006, 20008, 21212, 21603, 21606, 21659, 21660];
/// Too fast, too many waiting, too many today.
const TOO_MUCH: [u32; 5] = [14107, 20429, 21611, 30001, 63038];
/// What Twilio may ask us to wait at most.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

fn failure(kind: ErrorKind, request: Request, cause: &str) -> PortError {
    PortError::new(kind, "twilio").because(format!("{cause} while {}", request.name()))
}

/// No answer at all.
pub(crate) fn unanswered(request: Request, error: &reqwest::Error) -> PortError {
    if error.is_connect() {
        return failure(ErrorKind::Unavailable, request, "no connection");
    }
    let cause = if error.is_timeout() { "no answer in time" } else { "no answer" };
    failure(request.lost(), request, cause)
}

/// An answer that does not say what it should.
pub(crate) fn nonsense(request: Request) -> PortError {
    failure(request.lost(), request, "no readable answer")
}

/// An answer that says no.
pub(crate) fn refused(request: Request, answer: &Answer) -> PortError {
    let code = answer.code();
    let kind = judge(request, answer.status, code);
    let code = code.map(|code| format!(" {code}")).unwrap_or_default();
    let error = failure(kind, request, &format!("{}{code}", answer.status));
    if kind == ErrorKind::Unavailable && answer.status < 500 {
        tracing::error!(error = &error as &dyn std::error::Error, "Twilio refuses us; messages wait");
    }
    match answer.retry_after {
        Some(wait) if kind == ErrorKind::Throttled => error.after(wait.min(LONGEST_WAIT)),
        _ => error,
    }
}

fn judge(request: Request, status: u16, code: Option<u32>) -> ErrorKind {
    let is_among = |codes: &[u32]| (400..500).contains(&status) && code.is_some_and(|it| codes.contains(&it));
    match status {
        429 => ErrorKind::Throttled,
        _ if is_among(&TOO_MUCH) => ErrorKind::Throttled,
        _ if is_among(&OURS) => ErrorKind::Unavailable,
        400 if is_among(&INVALID) => ErrorKind::Invalid,
        400 => ErrorKind::Rejected,
        404 if request == Request::Status => ErrorKind::Rejected,
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
        use Request::{Send, Status, Verify};
        for (request, status, code, kind) in [
            (Send, 400, Some(21211), Invalid),
            (Send, 400, Some(21614), Invalid),
            (Send, 400, Some(21610), Rejected),
            (Send, 400, Some(99_999), Rejected),
            (Send, 400, None, Rejected),
            (Send, 400, Some(21606), Unavailable),
            (Send, 400, Some(21611), Throttled),
            (Send, 401, Some(20003), Unavailable),
            (Send, 403, None, Unavailable),
            (Send, 404, Some(20404), Unavailable),
            (Send, 429, Some(20429), Throttled),
            (Send, 429, None, Throttled),
            (Send, 500, None, TimedOut),
            (Send, 500, Some(21211), TimedOut),
            (Send, 502, None, TimedOut),
            (Send, 503, None, Unavailable),
            (Send, 504, None, TimedOut),
            (Send, 302, None, Unavailable),
            (Status, 404, Some(20404), Rejected),
            (Status, 401, Some(20003), Unavailable),
            (Status, 500, None, Unavailable),
            (Verify, 404, None, Unavailable),
            (Verify, 504, None, Unavailable),
        ] {
            assert_eq!(judge(request, status, code), kind, "{request:?} {status} {code:?}");
        }
    }

    #[test]
    fn a_wait_is_believed_up_to_an_hour() {
        let answer = |seconds| Answer {
            status: 429,
            retry_after: Some(Duration::from_secs(seconds)),
            body: Vec::new(),
        };
        let wait = |seconds| refused(Request::Send, &answer(seconds)).retry_after();
        assert_eq!(wait(30), Some(Duration::from_secs(30)));
        assert_eq!(wait(u64::MAX), Some(LONGEST_WAIT));
    }
}
