use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use saaskit_auth::Password;
use saaskit_kernel::Secret;

/// The digits of a password's SHA-1.
pub(crate) struct Digits(Secret);

/// So many leave the house.
const PREFIX: usize = 5;
/// A hash has so many.
const ALL: usize = 40;

impl Digits {
    pub(crate) fn of(password: &Password) -> Self {
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.expose().as_bytes());
        Self(Secret::new(hex::encode_upper(hash)))
    }

    /// What is asked for.
    pub(crate) fn prefix(&self) -> &str {
        &self.0.expose()[..PREFIX]
    }

    /// Whether a range holds the others.
    pub(crate) fn are_in(&self, range: &str) -> bool {
        range.lines().any(|line| line == &self.0.expose()[PREFIX..])
    }
}

/// The suffixes of an answer, one a line; what is padding has the count 0. `None` if it is no such answer.
pub(crate) fn read(answer: &str) -> Option<String> {
    let mut range = String::with_capacity(answer.len());
    for line in answer.lines().filter(|line| !line.trim().is_empty()) {
        let (suffix, count) = line.trim().split_once(':')?;
        let count: u64 = count.parse().ok()?;
        if suffix.len() != ALL - PREFIX || !suffix.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        if count > 0 {
            range.push_str(&suffix.to_ascii_uppercase());
            range.push('\n');
        }
    }
    Some(range)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Digits {
        Digits::of(&Password::new(&Secret::new(text)).unwrap())
    }

    #[test]
    fn five_digits_are_asked_for_and_the_others_are_looked_for() {
        let password = digits("password");
        assert_eq!(password.prefix(), "5BAA6");
        assert!(
            password.are_in("0018A45C4D1DEF81644B54AB7F969B88D65\n1E4C9B93F3F0682250B6CF8331B7EE68FD8\n")
        );
        assert!(!password.are_in("1E4C9B93F3F0682250B6CF8331B7EE68FD9\n"));
        assert!(!password.are_in(""));
    }

    #[test]
    fn padding_counts_for_nothing() {
        let range =
            read("1e4c9b93f3f0682250b6cf8331b7ee68fd8:3\r\n0018A45C4D1DEF81644B54AB7F969B88D65:0\r\n");
        assert_eq!(range.as_deref(), Some("1E4C9B93F3F0682250B6CF8331B7EE68FD8\n"));
        assert_eq!(read("").as_deref(), Some(""));
    }

    #[test]
    fn what_is_no_range_is_not_taken_for_an_empty_one() {
        for answer in [
            "<html>",
            "1E4C9B93F3F0682250B6CF8331B7EE68FD8",
            "1E4C:3",
            "1E4C9B93F3F0682250B6CF8331B7EE68FD8:x",
        ] {
            assert_eq!(read(answer), None, "{answer}");
        }
    }
}
