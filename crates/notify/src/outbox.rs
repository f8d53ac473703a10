use std::fmt;

use saaskit_kernel::Timestamp;

/// A mail or text that was kept to be looked at instead of being sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Captured {
    /// The key it was sent with.
    pub id: String,
    /// How it would have gone out.
    pub channel: Channel,
    /// The address or number.
    pub to: String,
    /// The subject, for mail.
    pub subject: Option<String>,
    /// The text.
    pub text: String,
    /// The HTML, for mail.
    pub html: Option<String>,
    /// When it was sent.
    pub at: Timestamp,
}

/// Bodies hold links that sign people in: a debug print leaves them out.
impl fmt::Debug for Captured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut print = f.debug_struct("Captured");
        print
            .field("id", &self.id)
            .field("channel", &self.channel)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// How something goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// By mail.
    Email,
    /// By text message.
    Sms,
}

impl Channel {
    /// The word it is stored and shown by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Email, Self::Sms].into_iter().find(|channel| channel.as_str() == word)
    }
}
