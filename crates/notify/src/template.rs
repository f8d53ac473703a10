/// The mails there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Template {
    /// "Prove that this is your address": `link`, `name`.
    VerifyEmail,
    /// "Somebody tried to register with your address": `link`, `name`.
    AccountExists,
    /// "Your workspace is ready": `tenant`, `link`, `name`.
    Welcome,
}

impl Template {
    /// All of them.
    pub const ALL: &[Self] = &[Self::VerifyEmail, Self::AccountExists, Self::Welcome];

    /// The word it is stored and shown by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify-email",
            Self::AccountExists => "account-exists",
            Self::Welcome => "welcome",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|template| template.as_str() == word)
    }
}
