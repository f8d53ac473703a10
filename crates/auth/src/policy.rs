use saaskit_kernel::{Code, Email, Invalid, Name};

use crate::Password;

/// Whose password it is to be: what nobody should take for one, as anybody guesses it first.
#[derive(Debug, Clone, Copy, Default)]
pub struct Whose<'a> {
    /// The account's address, if it is one.
    pub email: Option<&'a Email>,
    /// What the person is called.
    pub name: Option<&'a Name>,
    /// What the product is called.
    pub product: &'a str,
    /// What the person's workspaces are called, as far as they are known.
    pub workspaces: &'a [Name],
}

/// Which passwords are good enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PasswordPolicy {
    /// 8 characters and more, upper and lower case and a digit.
    #[default]
    Classic,
    /// 15 characters and more, of any kind (SP 800-63B-4 section 3.1.1.2).
    Nist,
}

impl PasswordPolicy {
    /// The word it is configured by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Classic => "classic",
            Self::Nist => "nist",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Classic, Self::Nist].into_iter().find(|policy| policy.as_str() == word)
    }

    /// Its rules, for whoever chooses a password.
    pub const fn summary(self) -> &'static str {
        match self {
            Self::Classic => {
                "At least 8 characters, with upper and lower case and a digit; neither your address nor a name nor a \
                 password that many use."
            }
            Self::Nist => {
                "At least 15 characters of any kind; neither your address nor a name nor a password that many use."
            }
        }
    }

    const fn shortest(self) -> usize {
        match self {
            Self::Classic => 8,
            Self::Nist => 15,
        }
    }

    /// The rules `password` breaks, but for the one about passwords everybody uses: that takes a port.
    pub fn broken_by(self, password: &Password, whose: Whose<'_>) -> Vec<Invalid> {
        let text = password.expose();
        let composed = self == Self::Classic;
        let rules = [
            (text.chars().count() < self.shortest(), self.too_short()),
            (composed && !text.chars().any(char::is_uppercase), NO_UPPER),
            (composed && !text.chars().any(char::is_lowercase), NO_LOWER),
            (composed && !text.chars().any(char::is_numeric), NO_DIGIT),
            (whose.email.is_some_and(|email| is_the_address(text, email)), IS_THE_ADDRESS),
            (is_a_name(text, whose), IS_A_NAME),
        ];
        rules.into_iter().filter_map(|(broken, rule)| broken.then_some(rule)).collect()
    }

    const fn too_short(self) -> Invalid {
        match self {
            Self::Classic => Invalid::new(Code::validation("PASSWORD_TOO_SHORT"), "at least 8 characters"),
            Self::Nist => Invalid::new(Code::validation("PASSWORD_TOO_SHORT"), "at least 15 characters"),
        }
    }
}

fn is_the_address(text: &str, email: &Email) -> bool {
    let text = text.to_lowercase();
    text == email.local() || text == email.normal()
}

/// Compared without what people leave out or add: case, spaces and marks.
fn is_a_name(text: &str, whose: Whose<'_>) -> bool {
    let plain = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let text = plain(text);
    let names = [whose.product, whose.name.map_or("", Name::as_str)];
    let workspaces = whose.workspaces.iter().map(Name::as_str);
    names.into_iter().chain(workspaces).map(plain).any(|name| !name.is_empty() && name == text)
}

const NO_UPPER: Invalid =
    Invalid::new(Code::validation("PASSWORD_NO_UPPERCASE"), "an upper-case letter is missing");
const NO_LOWER: Invalid =
    Invalid::new(Code::validation("PASSWORD_NO_LOWERCASE"), "a lower-case letter is missing");
const NO_DIGIT: Invalid = Invalid::new(Code::validation("PASSWORD_NO_DIGIT"), "a digit is missing");
const IS_THE_ADDRESS: Invalid =
    Invalid::new(Code::validation("PASSWORD_IS_EMAIL"), "it is the e-mail address");
const IS_A_NAME: Invalid = Invalid::new(
    Code::validation("PASSWORD_IS_NAME"),
    "it is your name or that of a workspace or this product",
);
/// A password longer than is taken.
pub(crate) const TOO_LONG: Invalid =
    Invalid::new(Code::validation("PASSWORD_TOO_LONG"), "at most 256 characters");
/// A password everybody uses.
pub(crate) const COMMON: Invalid = Invalid::new(
    Code::validation("PASSWORD_COMMON"),
    "it is among the passwords most often used or seen in breaches",
);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use saaskit_kernel::Secret;

    use super::*;

    fn broken(policy: PasswordPolicy, password: &str) -> Vec<&'static str> {
        let email = Email::parse("ana.pop@example.org").unwrap();
        let password = Password::new(&Secret::new(password)).unwrap();
        let name = Name::parse("Ana-Maria Pop 1980").unwrap();
        let workspaces = &[Name::parse("Zoë & Sons 1999").unwrap()];
        let whose = Whose { email: Some(&email), name: Some(&name), product: "Acme Suite 2000", workspaces };
        policy.broken_by(&password, whose).iter().map(|rule| rule.code().name()).collect()
    }

    #[test]
    fn every_broken_rule_is_named() {
        assert_eq!(
            broken(PasswordPolicy::Classic, "-"),
            ["PASSWORD_TOO_SHORT", "PASSWORD_NO_UPPERCASE", "PASSWORD_NO_LOWERCASE", "PASSWORD_NO_DIGIT"]
        );
        assert_eq!(broken(PasswordPolicy::Nist, "Ana.Pop@example.org"), ["PASSWORD_IS_EMAIL"]);
        assert_eq!(broken(PasswordPolicy::Nist, "correct horse b"), [""; 0]);
        assert_eq!(broken(PasswordPolicy::Nist, "correct horse "), ["PASSWORD_TOO_SHORT"]);
    }

    #[test]
    fn a_name_is_no_password_however_it_is_spelt_and_one_within_a_longer_password_is() {
        for name in ["AnaMariaPop1980", "ana-maria pop 1980", "Acme-Suite-2000", "Zoë-Sons-1999"] {
            assert!(broken(PasswordPolicy::Classic, name).contains(&"PASSWORD_IS_NAME"), "{name}");
        }
        assert_eq!(broken(PasswordPolicy::Classic, "Acme-Suite-2000!a"), [""; 0]);
        let password = Password::new(&Secret::new("----------------")).unwrap();
        assert!(
            PasswordPolicy::Nist.broken_by(&password, Whose::default()).is_empty(),
            "no name is nobody's"
        );
    }

    proptest! {
        #[test]
        fn classic_takes_what_has_length_case_and_digit(rest in "\\PC{5,200}") {
            let password = format!("aB3{rest}");
            let expected: &[&str] = if password.chars().count() < 8 { &["PASSWORD_TOO_SHORT"] } else { &[] };
            if let Some(normal) = Password::new(&Secret::new(password.as_str()))
                && normal.expose() == password
            {
                prop_assert_eq!(broken(PasswordPolicy::Classic, &password), expected);
            }
        }

        #[test]
        fn equal_after_nfc_is_equal(text in "\\PC{0,64}") {
            use unicode_normalization::UnicodeNormalization;
            let spellings = [text.nfc().collect::<String>(), text.nfd().collect()];
            let [a, b] = spellings.map(|text| Password::new(&Secret::new(text)).unwrap());
            prop_assert_eq!(a.expose(), b.expose());
        }
    }
}
