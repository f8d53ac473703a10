use std::fmt;

use async_trait::async_trait;

use crate::{Code, Invalid, PhoneNumber, PortError, ProviderId};

/// A text message ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct SmsMessage {
    /// The same on every try of one message; providers that can tell by it that it is the same are told.
    pub key: String,
    /// Whom it is to.
    pub to: PhoneNumber,
    /// The text: 1 to 1,600 characters.
    body: String,
    /// Who it is from, where it is not who the sender usually is.
    pub from: Option<PhoneNumber>,
}

impl SmsMessage {
    /// Characters of a body at most: what a provider sends as one message of several parts.
    pub const LONGEST: usize = 1600;

    /// A message with that text.
    pub fn new(key: impl Into<String>, to: PhoneNumber, body: impl Into<String>) -> Result<Self, Invalid> {
        let body = body.into();
        if body.trim().is_empty() || body.chars().count() > Self::LONGEST {
            return Err(Invalid::new(Code::validation("SMS_BODY_INVALID"), "not 1 to 1,600 characters"));
        }
        Ok(Self { key: key.into(), to, body, from: None })
    }

    /// The text.
    pub fn body(&self) -> &str {
        &self.body
    }
}

/// Bodies hold codes that sign people in: a debug print leaves them out, and the number.
impl fmt::Debug for SmsMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmsMessage").field("key", &self.key).finish_non_exhaustive()
    }
}

/// What became of a message that a provider took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SmsStatus {
    /// The provider has it.
    Queued,
    /// It left the provider.
    Sent,
    /// The telephone has it.
    Delivered,
    /// The provider gave up on it.
    Failed,
    /// The network could not deliver it.
    Undelivered,
    /// The provider does not say.
    Unknown,
}

/// Hands text messages to a provider.
///
/// # Contract
///
/// - A message that was taken arrives as it was given: number and text, and who it is from where that was said.
/// - A message is handed over at most once a call, and not tried again inside. One that may have been taken is a
///   `TimedOut`; any other failure means that it was not.
/// - A failure says by its kind whether another try can help, and never holds a text or a whole number.
/// - A number the provider can't reach is `Invalid` or `Rejected`; too many requests are `Throttled`; a provider
///   that is broken, silent or says nonsense is `Unavailable` or `TimedOut`, within the adapter's time limit.
/// - The status of a message the provider does not know is `Rejected`; a provider that can't say answers
///   [`SmsStatus::Unknown`].
#[async_trait]
pub trait SmsSender: fmt::Debug + Send + Sync + 'static {
    /// Sends one message: one try.
    async fn send(&self, message: &SmsMessage) -> Result<ProviderId, PortError>;

    /// What became of a message.
    async fn status(&self, id: &ProviderId) -> Result<SmsStatus, PortError>;

    /// Whether the provider takes messages from us now; sends none.
    async fn verify(&self) -> Result<(), PortError>;
}
