use std::fmt;

use saaskit_kernel::{Code, Invalid};

/// `resource:action`, each a word or `*`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permission(String);

pub(crate) const INVALID: Invalid = Invalid::new(
    Code::validation("PERMISSION_INVALID"),
    "a permission is resource:action, each of a-z, 0-9, _ and -, or *",
);

impl Permission {
    /// Longer ones are refused.
    pub const LONGEST: usize = 100;

    /// Reads `resource:action`; `*` alone is everything.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let word = |word: &str| {
            let plain =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
            word == "*" || !word.is_empty() && word.bytes().all(plain)
        };
        match text.split_once(':') {
            _ if text.len() > Self::LONGEST => Err(INVALID),
            None if text == "*" => Ok(Self::everything()),
            Some((resource, action)) if word(resource) && word(action) => Ok(Self(text.to_owned())),
            _ => Err(INVALID),
        }
    }

    /// Everything.
    pub fn everything() -> Self {
        Self("*:*".to_owned())
    }

    /// `resource:action`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether who has this has `other`, too.
    pub fn covers(&self, other: &Self) -> bool {
        let covers = |own: &str, other: &str| own == "*" || own == other;
        match (self.0.split_once(':'), other.0.split_once(':')) {
            (Some((resource, action)), Some((other_resource, other_action))) => {
                covers(resource, other_resource) && covers(action, other_action)
            }
            _ => false,
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Few words, so that permissions meet.
    fn permission() -> impl Strategy<Value = Permission> {
        "(\\*|[ab]|users):(\\*|[ab]|read)".prop_map(|text| Permission::parse(&text).unwrap())
    }

    proptest! {
        #[test]
        fn what_is_printed_parses_to_the_same_permission(text in "(\\*|[a-z0-9_-]{1,40}):(\\*|[a-z0-9_-]{1,40})") {
            let permission = Permission::parse(&text).unwrap();
            prop_assert_eq!(permission.as_str(), &text);
            prop_assert_eq!(Permission::parse(&permission.to_string()), Ok(permission));
        }

        #[test]
        fn nothing_else_parses_but_a_star(text in "\\PC{0,12}|[a-z*:]{0,6}") {
            if let Ok(permission) = Permission::parse(&text) {
                prop_assert!(text == "*" || permission.as_str() == text);
                let words: Vec<_> = permission.as_str().split(':').collect();
                prop_assert_eq!(words.len(), 2);
                prop_assert!(words.iter().all(|word| *word == "*" || !word.is_empty() && !word.contains('*')));
            }
        }

        #[test]
        fn each_covers_itself_and_everything_covers_each(one in permission()) {
            prop_assert!(one.covers(&one));
            prop_assert!(Permission::everything().covers(&one));
        }

        #[test]
        fn covering_is_transitive_and_mutual_only_between_equals(
            a in permission(), b in permission(), c in permission(),
        ) {
            prop_assert!(!(a.covers(&b) && b.covers(&c)) || a.covers(&c));
            prop_assert_eq!(a.covers(&b) && b.covers(&a), a == b);
        }
    }

    #[test]
    fn a_star_stands_for_any_word_and_a_word_for_itself_only() {
        let covers = |a: &str, b: &str| Permission::parse(a).unwrap().covers(&Permission::parse(b).unwrap());
        for (a, b, expected) in [
            ("*", "users:read", true),
            ("users:*", "users:read", true),
            ("users:*", "user:read", false),
            ("*:read", "users:read", true),
            ("*:read", "users:write", false),
            ("*:read", "*:*", false),
            ("users:*", "*:read", false),
            ("users:read", "users:*", false),
            ("users:read", "users:reads", false),
        ] {
            assert_eq!(covers(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn what_is_too_long_or_not_two_words_is_refused() {
        let longest = format!("a:{}", "b".repeat(Permission::LONGEST - 2));
        assert!(Permission::parse(&longest).is_ok());
        let longer = format!("{longest}b");
        for text in
            ["", ":", "users", "users:", ":read", "a:b:c", "Users:read", "us*:read", "**:a", "a: b", &longer]
        {
            assert_eq!(Permission::parse(text), Err(INVALID), "{text:?}");
        }
    }
}
