use std::fmt;

use async_trait::async_trait;

use crate::{Email, Name, PortError};

/// Who a mail is from or to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The name shown beside the address.
    pub name: Option<Name>,
    /// The address.
    pub email: Email,
}

impl From<Email> for Mailbox {
    fn from(email: Email) -> Self {
        Self { name: None, email }
    }
}

/// A mail ready to be sent.
#[derive(Clone)]
#[non_exhaustive]
pub struct EmailMessage {
    /// The same on every try of one mail: the local part of its Message-ID, by which a receiver counts once.
    pub key: String,
    /// Who it is from.
    pub from: Mailbox,
    /// Who it is to.
    pub to: Mailbox,
    /// The subject, on one line.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

impl EmailMessage {
    /// A mail with the given parts. Line breaks in the subject become spaces, so that no header can be slipped in.
    pub fn new(
        key: impl Into<String>,
        from: Mailbox,
        to: Mailbox,
        subject: &str,
        text: String,
        html: String,
    ) -> Self {
        let subject = subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        Self { key: key.into(), from, to, subject, text, html }
    }
}

/// Bodies hold links that sign people in: a debug print leaves them out.
impl fmt::Debug for EmailMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmailMessage").field("key", &self.key).field("to", &self.to).finish_non_exhaustive()
    }
}

/// What the provider calls a mail it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderId(pub String);

/// Hands mail to a provider.
///
/// # Contract
///
/// - A mail that was taken arrives as it was given: addresses, subject, both bodies, key.
/// - Sending the same key again is allowed; whoever receives can tell by the key that it is the same mail.
/// - A failure says by its kind whether another try can help, and never holds a body or an address.
/// - An address of which the provider says that nobody has it is `NoRecipient`; what it refuses for another reason, or
///   does not explain, never is.
#[async_trait]
pub trait EmailSender: fmt::Debug + Send + Sync + 'static {
    /// Sends one mail; at least once if it is retried after an unknown outcome.
    async fn send(&self, message: &EmailMessage) -> Result<ProviderId, PortError>;

    /// Whether the provider takes mail from us now.
    async fn verify(&self) -> Result<(), PortError>;
}
