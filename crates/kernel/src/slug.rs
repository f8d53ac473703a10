use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Code, Invalid};

/// A name for URLs and subdomains: 2 to 63 of a–z, 0–9 and single hyphens between them; case is folded.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slug(String);

/// Words that would be mistaken for a part of the product.
const RESERVED: &[&str] = &[
    "about",
    "abuse",
    "account",
    "admin",
    "administrator",
    "api",
    "app",
    "assets",
    "auth",
    "billing",
    "blog",
    "cdn",
    "console",
    "dashboard",
    "dev",
    "docs",
    "download",
    "email",
    "ftp",
    "health",
    "help",
    "host",
    "hostmaster",
    "imap",
    "info",
    "internal",
    "invite",
    "legal",
    "localhost",
    "login",
    "logout",
    "mail",
    "me",
    "metrics",
    "mx",
    "new",
    "news",
    "noreply",
    "ns1",
    "ns2",
    "null",
    "oauth",
    "pop",
    "postmaster",
    "privacy",
    "register",
    "root",
    "sales",
    "saaskit",
    "security",
    "settings",
    "setup",
    "signin",
    "signup",
    "smtp",
    "ssl",
    "staff",
    "static",
    "status",
    "stream",
    "support",
    "system",
    "team",
    "tenant",
    "tenants",
    "terms",
    "test",
    "undefined",
    "user",
    "users",
    "webmaster",
    "well-known",
    "ws",
    "www",
];

impl Slug {
    /// Folds case and validates; reserved words are refused.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let slug = Self::stored(text.trim().to_ascii_lowercase())?;
        if RESERVED.contains(&slug.as_str()) {
            return Err(Invalid::new(Code::validation("SLUG_RESERVED"), "this slug is reserved"));
        }
        Ok(slug)
    }

    /// For stores: a slug that was taken once stays one, though its word may have been reserved since.
    pub fn stored(slug: String) -> Result<Self, Invalid> {
        if !(2..=63).contains(&slug.len()) || !slug.split('-').all(is_word) {
            return Err(Invalid::new(
                Code::validation("SLUG_INVALID"),
                "a slug has 2 to 63 characters: a-z, 0-9 and single hyphens between them",
            ));
        }
        Ok(Self(slug))
    }

    /// The slug.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_word(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Slug {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Slug {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_is_folded_and_reserved_words_are_refused() {
        assert_eq!(Slug::parse("Acme-42").unwrap().as_str(), "acme-42");
        for text in [
            "",
            "a",
            "-acme",
            "acme-",
            "ac--me",
            "ac me",
            "ac_me",
            "Ädam",
            "Admin",
            "WWW",
            "xn--bcher-kva",
            &"a".repeat(64),
        ] {
            assert!(Slug::parse(text).is_err(), "{text:?}");
        }
    }
}
