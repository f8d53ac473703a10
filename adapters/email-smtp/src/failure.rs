//! What a failure means for the mail.
//!
//! | what happened | what it is | why |
//! |---|---|---|
//! | 4xx | `Unavailable` | the server asks to be tried later |
//! | 4xx that speaks of a rate or of too much | `Throttled` | the same, and we were too fast |
//! | 4xx to the recipient | `Throttled` | the same, for this one: it tells nothing of mail to others, or strangers could stop that |
//! | 5xx that says of the recipient that nobody is there: 5.1.1 to 5.1.3, 5.1.6, 5.1.10, 5.2.1 where it is not for too much mail, or without such a code in so many words | `NoRecipient` | no other mail will arrive there either |
//! | any other 5xx to the recipient or to the mail | `Rejected` | no other try can help |
//! | 5xx to the greeting, the login or the sender, also if the recipient was named meanwhile; 530, 534, 535, 538; a relay that is denied | `Unavailable` | the operator has to mend it, and mail waits meanwhile instead of being lost |
//! | no connection, no TLS, an unknown certificate, no answer, before the mail was handed over whole | `Unavailable` | it was surely not taken |
//! | the same after its last line | `TimedOut` | it may have been taken; another try bears the same Message-ID |
//!
//! A server's sentences often repeat the address, so only its codes are kept.

use std::error::Error as _;

use lettre::transport::smtp::Error;
use saaskit_kernel::{ErrorKind, PortError};

/// How far a mail had got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Connect,
    LogIn,
    Sender,
    Recipient,
    Data,
    /// The last line was written and the answer is awaited.
    Content,
}

impl Step {
    /// A failure without an answer.
    pub(crate) fn lost(self) -> ErrorKind {
        if self == Self::Content { ErrorKind::TimedOut } else { ErrorKind::Unavailable }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connecting",
            Self::LogIn => "signing in",
            Self::Sender => "naming the sender",
            Self::Recipient => "naming the recipient",
            Self::Data => "announcing the mail",
            Self::Content => "handing the mail over",
        }
    }
}

pub(crate) fn failure(kind: ErrorKind, step: Step, cause: &str) -> PortError {
    PortError::new(kind, "smtp").because(format!("{cause} while {}", step.name()))
}

/// No answer in time.
pub(crate) fn late(step: Step) -> PortError {
    failure(step.lost(), step, "no answer in time")
}

pub(crate) fn explain(step: Step, error: &Error) -> PortError {
    let Some(status) = error.status() else { return failure(step.lost(), step, &unanswered(error)) };
    let said = error.source().map(ToString::to_string).unwrap_or_default().to_ascii_lowercase();
    let kind = judge(step, u16::from(status), &without_addresses(&said));
    let details = enhanced(&said).map(|code| format!(" {code}")).unwrap_or_default();
    let error = failure(kind, step, &format!("{status}{details}"));
    if error.is_transient() && u16::from(status) >= 500 {
        tracing::error!(error = &error as &dyn std::error::Error, "the mail server refuses us; mail waits");
    }
    error
}

fn judge(step: Step, status: u16, said: &str) -> ErrorKind {
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if (400..500).contains(&status) {
        let too_much = says(&["too many", "too much", "throttl", "rate limit", "rate-limit", "4.7.28"]);
        let of_one = too_much || step == Step::Recipient;
        return if of_one { ErrorKind::Throttled } else { ErrorKind::Unavailable };
    }
    let ours = matches!(step, Step::Connect | Step::LogIn | Step::Sender)
        || matches!(status, 530 | 534 | 535 | 538)
        // The sender's address is malformed, or its domain is none.
        || matches!(enhanced(said), Some("5.1.7" | "5.1.8"))
        || step == Step::Recipient && says(&["relay", "sender address"]);
    if ours {
        return ErrorKind::Unavailable;
    }
    if is_of_nobody(step, status, said) { ErrorKind::NoRecipient } else { ErrorKind::Rejected }
}

/// Whether the server says for sure that nobody has the address. Where it only may, nobody is cut off.
fn is_of_nobody(step: Step, status: u16, said: &str) -> bool {
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    match enhanced(said) {
        // It may be our mail that is not wanted, the address is valid after all, or a server behind is to blame.
        Some("5.1.0" | "5.1.4" | "5.1.5" | "5.1.9") => false,
        // Some servers say the same of a mailbox that gets too much at the moment.
        Some("5.2.1") => !says(&["rate", "too many", "temporar"]),
        Some(code) => code.starts_with("5.1."),
        None => {
            step == Step::Recipient
                && matches!(status, 550 | 551 | 553)
                && says(&[
                    "unknown",
                    "no such",
                    "not exist",
                    "no mailbox",
                    "mailbox unavailable",
                    "not found",
                ])
                && !says(&["sender", "host", "dns", "client", "policy", "spam", "block"])
        }
    }
}

/// What was said but for the addresses in it, whose words are a stranger's.
fn without_addresses(said: &str) -> String {
    said.split_whitespace().filter(|word| !word.contains('@')).collect::<Vec<_>>().join(" ")
}

/// What is known without an answer. What a server sent that is no answer is not repeated.
fn unanswered(error: &Error) -> String {
    if error.is_response() { "no readable answer".to_owned() } else { error.to_string() }
}

/// The code of RFC 3463 at the beginning of an answer: `5.1.1`.
fn enhanced(said: &str) -> Option<&str> {
    let word = said.split_whitespace().next()?;
    let parts: Vec<&str> = word.split('.').collect();
    let is_number =
        |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    (parts.len() == 3 && parts.iter().all(is_number)).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_is_judged_by_its_step_and_code() {
        use ErrorKind::{NoRecipient, Rejected, Throttled, Unavailable};
        for (step, status, said, kind) in [
            (Step::Connect, 421, "4.3.2 closing", Unavailable),
            (Step::Connect, 554, "5.7.1 go away", Unavailable),
            (Step::LogIn, 535, "5.7.8 no", Unavailable),
            (Step::LogIn, 454, "4.7.0 later", Unavailable),
            (Step::Sender, 553, "5.7.1 not your address", Unavailable),
            (Step::Sender, 530, "5.7.0 authentication required", Unavailable),
            (Step::Recipient, 450, "4.2.0 greylisted", Throttled),
            (Step::Recipient, 452, "4.2.2 full", Throttled),
            (Step::Recipient, 451, "4.7.1 too many messages", Throttled),
            (Step::Recipient, 550, "5.1.1 no such user", NoRecipient),
            (Step::Recipient, 553, "5.1.3 bad address", NoRecipient),
            (Step::Recipient, 556, "5.1.10 takes no mail", NoRecipient),
            (Step::Recipient, 550, "5.2.1 mailbox disabled", NoRecipient),
            (Step::Recipient, 550, "5.2.1 is receiving mail at a rate that prevents more", Rejected),
            (Step::Content, 550, "5.1.0 sender rejected", Rejected),
            (Step::Recipient, 550, "requested action not taken: mailbox unavailable", NoRecipient),
            (Step::Recipient, 550, "no such user here", NoRecipient),
            (Step::Recipient, 550, "client host not found", Rejected),
            (Step::Recipient, 550, "blocked: unknown reputation", Rejected),
            (Step::Recipient, 550, "go away", Rejected),
            (Step::Recipient, 554, "no such user here", Rejected),
            (Step::Recipient, 552, "5.2.2 mailbox full", Rejected),
            (Step::Recipient, 550, "5.7.1 policy: unknown user", Rejected),
            (Step::Recipient, 550, "5.4.1 access denied", Rejected),
            (Step::Recipient, 550, "5.1.8 domain of the sender not found", Unavailable),
            (Step::Recipient, 550, "5.1.0 sender address rejected: user unknown", Unavailable),
            (Step::Recipient, 554, "5.7.1 relay access denied", Unavailable),
            (Step::Content, 550, "5.1.1 no such user", NoRecipient),
            (Step::Content, 550, "no such user here", Rejected),
            (Step::Data, 554, "no", Rejected),
            (Step::Content, 552, "5.3.4 too big", Rejected),
            (Step::Content, 421, "4.7.28 unusual rate", Throttled),
        ] {
            assert_eq!(judge(step, status, said), kind, "{step:?} {status} {said}");
        }
    }

    #[test]
    fn only_a_mail_that_was_handed_over_may_have_been_taken() {
        for step in [Step::Connect, Step::LogIn, Step::Sender, Step::Recipient, Step::Data] {
            assert_eq!(late(step).kind(), ErrorKind::Unavailable);
        }
        assert_eq!(late(Step::Content).kind(), ErrorKind::TimedOut);
    }

    #[test]
    fn of_a_sentence_only_its_code_is_kept() {
        assert_eq!(enhanced("5.1.1 <ana@example.org> unknown"), Some("5.1.1"));
        for said in ["<ana@example.org>", "", "5.1 no", "5.1.1.1", "ana.b.c", "5.1.x"] {
            assert_eq!(enhanced(said), None, "{said}");
        }
    }
}
