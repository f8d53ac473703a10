use std::fmt;
use std::str::FromStr;

use phonenumber::Mode;

use crate::{Code, Invalid};

/// A telephone number that can exist, in E.164: `+40721234567`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Validates an international number against the numbering plans of libphonenumber.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let refused =
            || Invalid::new(Code::validation("PHONE_INVALID"), "not an international telephone number");
        let text = text.trim();
        if !text.starts_with('+') || text.len() > 32 {
            return Err(refused());
        }
        let number = phonenumber::parse(None, text).map_err(|_| refused())?;
        number.is_valid().then(|| Self(number.format().mode(Mode::E164).to_string())).ok_or_else(refused)
    }

    /// The number in E.164.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PhoneNumber {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::parse(text)
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Numbers are personal data: a debug print leaves out the last four digits.
impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…", &self.0[..self.0.len().saturating_sub(4)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_that_can_exist_are_taken() {
        assert_eq!(PhoneNumber::parse(" +40 721 234 567 ").unwrap().as_str(), "+40721234567");
        for text in [
            "",
            "0721234567",
            "+40",
            "+999721234567",
            "+1 555",
            "+40721234567; drop",
            &format!("+{}", "4".repeat(40)),
        ] {
            assert!(PhoneNumber::parse(text).is_err(), "{text:?}");
        }
    }
}
