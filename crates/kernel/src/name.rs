use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use unicode_normalization::UnicodeNormalization;

use crate::{Code, Invalid};

/// A name people read: 1 to 255 characters, trimmed, in NFC, on one line, without control characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Name(String);

impl Name {
    /// Trims, normalises and validates.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let name: String = text.trim().nfc().take(256).collect();
        let fits = !name.chars().all(is_blank) && name.chars().count() <= 255 && !name.chars().any(is_hidden);
        fits.then_some(Self(name)).ok_or(Invalid::new(
            Code::validation("NAME_INVALID"),
            "a name has 1 to 255 characters and no control characters",
        ))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Control characters, line separators, and the marks that turn the direction of text around (they can make a
/// mail or a list show something else than what is stored).
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Characters that show nothing, letters by their class though some are.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}'
        )
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_hold() {
        assert_eq!(Name::parse("  Zoë ").unwrap().as_str(), "Zoë");
        assert!(Name::parse(&"é".repeat(255)).is_ok());
        for text in ["", "   ", "\u{200b}\u{2800}\u{3164}\u{200f}", "a\nb", "a\u{202e}b", &"é".repeat(256)] {
            assert!(Name::parse(text).is_err(), "{text:?}");
        }
    }
}
