use saaskit_kernel::Locale;

/// The mails there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Template {
    /// "Prove that this is your address".
    VerifyEmail,
    /// "Somebody tried to register with your address".
    AccountExists,
    /// "Your workspace is ready".
    Welcome,
    /// "Choose a new password".
    PasswordReset,
    /// "Your password was changed".
    PasswordChanged,
    /// "Too many wrong passwords", with a way to unlock.
    AccountLocked,
    /// "Your password was switched off".
    PasswordDisabled,
    /// "Prove that this is your new address".
    EmailChangeConfirm,
    /// "Your address was changed", to the old one, with a way to undo it.
    EmailChanged,
    /// "A session was ended because it was used twice".
    TokenReuse,
    /// "Your account was deleted".
    AccountDeleted,
    /// "Something happened to your account".
    SecurityAlert,
    /// "Somebody hands a workspace over to you".
    OwnershipTransfer,
}

/// The sources of one language.
macro_rules! sources {
    ($locale:literal, $template:expr, $($variant:ident $file:literal)+) => {
        match $template {
            $(Template::$variant => include_str!(concat!("template/", $locale, "/", $file, ".md")),)+
        }
    };
}

macro_rules! templates {
    ($($variant:ident $file:literal [$($variable:literal)*])+) => {
        impl Template {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word it is stored and shown by.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $file,)+
                }
            }

            /// The values it needs, no more and no less.
            pub const fn variables(self) -> &'static [&'static str] {
                match self {
                    $(Self::$variant => &[$($variable),*],)+
                }
            }

            pub(crate) const fn source(self, locale: Locale) -> &'static str {
                match locale {
                    Locale::En => sources!("en", self, $($variant $file)+),
                    Locale::De => sources!("de", self, $($variant $file)+),
                }
            }
        }
    };
}

templates! {
    VerifyEmail "verify-email" ["link" "name"]
    AccountExists "account-exists" ["link" "name"]
    Welcome "welcome" ["link" "name" "tenant"]
    PasswordReset "password-reset" ["link" "name"]
    PasswordChanged "password-changed" ["link" "name"]
    AccountLocked "account-locked" ["link" "name" "until"]
    PasswordDisabled "password-disabled" ["link" "name"]
    EmailChangeConfirm "email-change-confirm" ["link" "name"]
    EmailChanged "email-changed" ["link" "name"]
    TokenReuse "token-reuse" ["link" "name"]
    AccountDeleted "account-deleted" ["name"]
    SecurityAlert "security-alert" ["event" "link" "name"]
    OwnershipTransfer "ownership-transfer" ["from" "link" "name" "tenant"]
}

impl Template {
    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|template| template.as_str() == word)
    }
}
