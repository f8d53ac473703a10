use std::fmt;

use saaskit_kernel::Secret;
use unicode_normalization::UnicodeNormalization;

/// A password as it was typed, in NFC, ready to be hashed. It is wiped when dropped and prints as `[redacted]`.
#[derive(Clone)]
pub struct Password(Secret);

/// No spelling of one character in NFC takes more bytes than a few of them decomposed.
const LONGEST_SPELLING: usize = 16;

impl Password {
    /// Longer ones are refused before any work is done on them.
    pub const LONGEST: usize = 256;

    /// Normalises; gives nothing for a password of over 256 characters.
    pub fn new(typed: &Secret) -> Option<Self> {
        if typed.expose().len() > Self::LONGEST * LONGEST_SPELLING {
            return None;
        }
        let normal: String = typed.expose().nfc().collect();
        (normal.chars().count() <= Self::LONGEST).then(|| Self(Secret::new(normal)))
    }

    /// What is hashed.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A password's hash as a PHC string: scheme, parameters, salt and hash in one.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// From a hasher or a store.
    pub fn from_phc(phc: String) -> Self {
        Self(phc)
    }

    /// The PHC string.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hash]")
    }
}
