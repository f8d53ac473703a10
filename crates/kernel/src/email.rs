use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use unicode_normalization::UnicodeNormalization;

use crate::name::is_blank;
use crate::{Code, Invalid};

/// An e-mail address: as its owner wrote it for showing and sending, and in a normal form for comparing.
///
/// The normal form is NFKC, lower case, with the domain in its ASCII (IDNA) form. Normalising comes before
/// validating and comparing, so that look-alikes of `@` and of letters can't slip between the two.
///
/// ```
/// use saaskit_kernel::Email;
/// let email = Email::parse("  Ana@Bücher.example ")?;
/// assert_eq!(email.original(), "Ana@bücher.example");
/// assert_eq!(email.normal(), "ana@xn--bcher-kva.example");
/// # Ok::<(), saaskit_kernel::Invalid>(())
/// ```
#[derive(Clone)]
pub struct Email {
    original: String,
    normal: String,
}

const LONGEST: usize = 254;
const LONGEST_LOCAL: usize = 64;

impl Email {
    /// Trims, normalises and validates (RFC 5321 lengths, RFC 5322 dot-atom, RFC 6531 letters).
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        Self::read(text).ok_or(Invalid::new(Code::validation("EMAIL_INVALID"), "not an e-mail address"))
    }

    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > LONGEST * 4 {
            return None;
        }
        let compatible: String = text.nfkc().collect();
        let (local, domain) = compatible.split_once('@')?;
        let domain = idna::domain_to_ascii_strict(domain).ok()?;
        let normal = format!("{}@{domain}", local.to_lowercase().nfkc().collect::<String>());
        let fits = normal.len() <= LONGEST && local.len() <= LONGEST_LOCAL;
        let original = format!("{local}@{}", readable(&domain));
        (fits && is_local(local) && is_domain(&domain)).then_some(Self { original, normal })
    }

    /// What the owner wrote, without what can't be seen and does not count: for showing and sending.
    pub fn original(&self) -> &str {
        &self.original
    }

    /// The key two spellings of one address share.
    pub fn normal(&self) -> &str {
        &self.normal
    }

    /// The part before the `@`, in the normal form.
    pub fn local(&self) -> &str {
        self.normal.split_once('@').map_or("", |(local, _)| local)
    }

    /// The part behind the `@`, in the normal form.
    pub fn domain(&self) -> &str {
        self.normal.split_once('@').map_or("", |(_, domain)| domain)
    }
}

/// The domain in letters, if they lead back to the same one.
fn readable(domain: &str) -> String {
    let (letters, _) = idna::domain_to_unicode(domain);
    let same = idna::domain_to_ascii_strict(&letters).is_ok_and(|again| again == domain);
    if same { letters } else { domain.to_owned() }
}

fn is_local(local: &str) -> bool {
    let atom = |c: char| c.is_alphanumeric() && !is_blank(c) || "!#$%&'*+-/=?^_`{|}~".contains(c);
    !local.is_empty() && local.split('.').all(|part| !part.is_empty() && part.chars().all(atom))
}

fn is_domain(domain: &str) -> bool {
    let label = |label: &str| !label.is_empty() && label.len() <= 63;
    domain.contains('.') && domain.split('.').all(label) && !domain.ends_with(|c: char| c.is_ascii_digit())
}

impl PartialEq for Email {
    fn eq(&self, other: &Self) -> bool {
        self.normal == other.normal
    }
}
impl Eq for Email {}
impl Hash for Email {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.normal.hash(state);
    }
}

impl FromStr for Email {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::parse(text)
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.original)
    }
}

/// Addresses are personal data: a debug print shows the first letter and the domain.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (local, domain) = self.normal.split_once('@').unwrap_or_default();
        write!(f, "{}…@{domain}", local.chars().next().unwrap_or('…'))
    }
}

impl Serialize for Email {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.original)
    }
}

impl<'de> Deserialize<'de> for Email {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_address_are_equal() {
        for (a, b) in [
            ("Ana@Example.org", "ana@example.ORG"),
            ("ana@bücher.example", "ana@xn--bcher-kva.example"),
            ("ａna@example.org", "ana@example.org"),
        ] {
            assert_eq!(Email::parse(a).unwrap(), Email::parse(b).unwrap(), "{a} {b}");
        }
    }

    #[test]
    fn what_can_not_be_seen_in_a_domain_is_not_kept() {
        let email = Email::parse("vic@exam\u{ad}ple\u{3002}org").unwrap();
        assert_eq!((email.normal(), email.original()), ("vic@example.org", "vic@example.org"));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "ana",
            "ana@",
            "@example.org",
            "a@b",
            "a b@example.org",
            "a@b@example.org",
            "a＠b@example.org",
            ".a@example.org",
            "a..b@example.org",
            "a@example..org",
            "a@-example.org",
            "a@127.0.0.1",
            "a@[::1]",
            "a\r\nBcc: b@example.org",
            "<a@example.org>",
        ] {
            assert!(Email::parse(text).is_err(), "{text:?}");
        }
        assert!(Email::parse(&format!("{}@example.org", "a".repeat(65))).is_err());
        assert!(Email::parse(&"a".repeat(1_000_000)).is_err());
    }

    proptest! {
        #[test]
        fn what_is_shown_is_the_same_address(
            local in "[a-z\u{1D160}\u{fb03}]{1,12}",
            label in "[a-zü\u{1D160}\u{ad}\u{200b}\u{2060}\u{fe0f}。]{1,60}",
            hidden in "[\u{ad}\u{200b}\u{2060}]{0,300}",
        ) {
            if let Ok(email) = Email::parse(&format!("{local}@{label}{hidden}.org")) {
                let again = Email::parse(email.original()).unwrap();
                prop_assert_eq!((again.normal(), again.original()), (email.normal(), email.original()));
            }
        }

        #[test]
        fn normalising_twice_changes_nothing(text in "\\PC{1,20}@[a-z]{1,10}\\.[a-z]{2,5}") {
            if let Ok(email) = Email::parse(&text) {
                let again = Email::parse(email.normal()).unwrap();
                prop_assert_eq!(again.normal(), email.normal());
                prop_assert!(!email.original().contains(['\r', '\n', '\0']));
            }
        }
    }
}
